/* What the executable, its library and its bundle share. */
#include "system.h"

extern __thread int library_thread_word; /* of the library */
extern int library_data[3];
extern int* const library_pointer;
int library_call(int); /* calls chosen(), which the executable overrides */
int reexported(void);  /* of a library that the library re-exports */
const char* chosen(void) __attribute__((weak));
