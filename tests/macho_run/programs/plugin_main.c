/* The executable: imports everything there is, overrides a weak function, opens the bundle. */
#include "plugin.h"

int main_counter = 5;
const char *chosen(void) { return "of the executable"; }
static int *imported = library_data + 1;

int main(int argc, char **argv) {
  printf("imported %d %d %d %d\n", *imported, *library_pointer, library_thread_word, reexported());
  void *bundle = dlopen(argv[1], RTLD_NOW);
  if (!bundle) return printf("no bundle: %s\n", dlerror()), 1;
  int (*entry)(int) = (int (*)(int))dlsym(bundle, "bundle_entry");
  if (!entry) return printf("no entry: %s\n", dlerror()), 1;
  printf("bundle returns %d, counter %d\n", entry(10), main_counter);
  printf("found %d, absent %d\n", dlsym(RTLD_DEFAULT, "library_call") == (void *)library_call,
         dlsym(bundle, "nowhere") == 0);
  return library_call(1) - 14;
}
