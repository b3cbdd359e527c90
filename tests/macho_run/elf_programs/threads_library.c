// The archive member that threads.c needs.
#include "threads.h"

__thread int of_library = 100;
static __thread int hidden_one = 1;
__attribute__((visibility("hidden"))) __thread int hidden_two = 2;

int tentative_here;

const char* overridden(void) {
  return "the strong one";
}

int library_value(void) {
  hidden_one += hidden_two;
  return hidden_one + of_library;
}

int library_tentative(void) {
  tentative_here = 40;
  return tentative_here + 2;
}

// A table of jumps.
int library_switch(int x) {
  switch (x) {
    case 1:
      return 10;
    case 2:
      return 20;
    case 3:
      return tentative_here;
    case 4:
      return 7;
    case 5:
      return library_value();
    default:
      return 99;
  }
}

// The linker keeps one of equal strings.
int same_string(const char* other) {
  return other == (const char*)"a string of both files";
}
