// The other object of starts.c: it is linked later, and starts earlier where its priorities say so.
#include <stdio.h>

__attribute__((constructor)) static void plain(void) {
  puts("other plain");
}
__attribute__((constructor(200))) static void run_200(void) {
  puts("other of 200");
}
__attribute__((constructor(101))) static void run_101(void) {
  puts("other of 101");
}
__attribute__((destructor)) static void end(void) {
  puts("other end");
}
__attribute__((destructor(101))) static void end_101(void) {
  puts("other end of 101");
}
