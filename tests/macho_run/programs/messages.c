// Calls as clang makes them for Objective-C with -fobjc-msgsend-selector-stubs: the linker loads the selector. The
// runtime is four lines of this file.
#include "system.h"

long objc_msgSend$length(long self);
long objc_msgSend$add_to_(long self, ...);

long objc_msgSend(long self, const char* selector, long argument) {
  printf("%s %ld\n", selector, self + argument);
  return self;
}

int main(void) {
  long (*volatile twice)(long) = objc_msgSend$length;
  long (*add)(long, long, long) = (long (*)(long, long, long))objc_msgSend$add_to_;
  add(40, 0, 2);
  ((long (*)(long, long, long))twice)(3, 0, 0);
  return (int)((long (*)(long, long, long))objc_msgSend$length)(5, 0, 0);
}
