// Compiled for Linux, linked to Mach-O: a program, a library and what is opened at run time. The program's function
// takes the place of the library's weak one everywhere, and all see the same variables.
#include "images.h"

#include <dlfcn.h>
#include <stdio.h>

const char* overridden(void) {
  return "of the program";
}

int program_function(int x) {
  of_library += x;
  return library_data + x;
}

int main(int count, char** arguments) {
  library_data += count;
  of_library = 40;
  printf("library sees %s, %s, %d\n", library_sees(), library_text, library_counts());
  void* bundle = dlopen(arguments[1], RTLD_NOW);
  if (!bundle) return 2;
  int (*run)(int) = (int (*)(int))dlsym(bundle, "run");
  if (!run || dlsym(bundle, "absent")) return 3;
  printf("bundle returns %d, %d, thread's %d\n", run(7), library_data, of_library);
  dlclose(bundle);
  fflush(NULL);
  return library_counts() & 63;
}
