// See images.c.
#include "images.h"

__thread int of_library = 3;
int library_data = 5;
static int starts;
const char* const library_text = "text of the library";

__attribute__((constructor)) static void start(void) {
  starts++;
}
__attribute__((weak)) const char* overridden(void) {
  return "of the library";
}
const char* library_sees(void) {
  return overridden();
}
int library_counts(void) {
  return starts * 100 + library_data + of_library++;
}
