/* A dylib: data and thread-local variables that others import, a weak function that the executable overrides. */
#include "plugin.h"

__thread int library_thread_word = 11;
int library_data[3] = {1, 2, 3};
int *const library_pointer = &library_data[2];
__attribute__((weak)) const char *chosen(void) { return "of the library"; }
const char *(*chosen_pointer)(void) = chosen;

__attribute__((constructor)) static void start(void) { puts("library starts"); }
__attribute__((destructor)) static void end(void) { puts("library ends"); }

int library_call(int argument) {
  printf("library sees %s, %s\n", chosen(), chosen_pointer());
  return argument + ++library_thread_word;
}
