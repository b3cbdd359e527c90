// Functions that run before main in the tables of old compilers, which run from their ends.
#include <stdio.h>

typedef void Function(void);
static void run_one(void) {
  puts("one of an old table");
}
static void run_two(void) {
  puts("two of an old table");
}
static void run_200(void) {
  puts("200 of an old table");
}
__attribute__((section(".ctors"), used)) static Function* one = run_one;
__attribute__((section(".ctors"), used)) static Function* two = run_two;
__attribute__((section(".ctors.65335"), used)) static Function* of_200 = run_200;
