#!/usr/bin/env bash
# References to an undefined weak symbol give zero through every relocation; calls of it are harmless to link.
source "$(dirname "$0")/../lib.sh"

for machine in -m64 -m32; do
  for pic in -fno-pic -fPIC; do
    compile a.c -O1 $machine $pic <<'EOF'
#include <stdio.h>
extern int data __attribute__((weak));
int function(void) __attribute__((weak));
extern int hidden __attribute__((weak, visibility("hidden")));
int *pointer = &data;
int (*function_pointer)(void) = function;
int main(int argc, char **argv) {
  if (argc > 1) function();
  printf("%d%d%d%d%d\n", &data == 0, function == 0, pointer == 0, function_pointer == 0, &hidden == 0);
  return 0;
}
EOF
    gcc_link -static -no-pie $machine a.o -o program
    expect_output 11111 ./program
    [[ $pic == -fno-pic ]] || gcc_link -static-pie $machine a.o -o program
    expect_output 11111 ./program
  done
done
