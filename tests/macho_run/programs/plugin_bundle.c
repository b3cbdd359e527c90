/* A bundle: uses the library, and the executable through flat lookup or -bundle_loader. */
#include "plugin.h"

extern int main_counter;
static __thread int own = 3;

__attribute__((constructor)) static void start(void) { puts("bundle starts"); }

int bundle_entry(int argument) {
  main_counter += argument;
  own += argument;
  return library_call(own) + library_data[0] + reexported();
}
