// Functions that run before and behind main, by priority across objects.
#include <stdio.h>

__attribute__((constructor)) static void plain(void) {
  puts("plain");
}
__attribute__((constructor(300))) static void run_300(void) {
  puts("300");
}
__attribute__((constructor(101))) static void run_101(void) {
  puts("101");
}
__attribute__((destructor)) static void end(void) {
  puts("end");
}
__attribute__((destructor(102))) static void end_102(void) {
  puts("end of 102");
}

int main(void) {
  puts("main");
  return 7;
}
