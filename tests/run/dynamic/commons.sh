#!/usr/bin/env bash
# Common symbols of a program that shared libraries define, too: the library writes to the program's, which is as large
# and aligned as its own; a variable with a value is the library's.
source "$(dirname "$0")/../lib.sh"

compile library.c -fPIC <<'E2'
int larger[8];
long long aligned __attribute__((aligned(32)));
int valued[2] = {-1, -1};
void fill(void) { for (int i = 0; i < 8; i++) larger[i] = -1; }
int *address_of_larger(void) { return larger; }
int *address_of_valued(void) { return valued; }
E2
gcc_link -shared library.o -o library.so
for pic in '-fno-pic -no-pie' '-fPIE -pie'; do
  compile main.c ${pic% *} -fcommon <<'E2'
int larger[1], behind, valued[2];
char aligned;
int *address_of_larger(void), *address_of_valued(void);
void fill(void);
int main(void) {
  fill();
  return (larger[0] != -1) | (behind != 0) << 1 | (larger != address_of_larger()) << 2 | (valued[0] != -1) << 3 |
         (valued != address_of_valued()) << 4 | ((unsigned long)&aligned % 32 != 0) << 5;
}
E2
  gcc_link ${pic#* } main.o library.so -Wl,-rpath,. -o program
  expect_status 0 ./program
done
