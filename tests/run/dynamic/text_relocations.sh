#!/usr/bin/env bash
# Code that is not position independent has no place in a library, unless the loader may write to it: i386 has
# relocations for all such code.
source "$(dirname "$0")/../lib.sh"

compile library.c -m32 -fno-pic <<<'#include <stdio.h>
extern int other; int f(void) { return printf("x\n") + other; }'
expect_fail "library.o:\(function f: .text\+0x.*\): relocation R_386_.* recompile with -fPIC" \
  -- -m elf_i386 -z text -shared library.o -o library.so
gcc_link -m32 -shared library.o -o libl.so -Wl,-z,notext
expect_match TEXTREL readelf -dW libl.so
link -m elf_i386 -shared library.o -o warned.so 2>messages
expect_match 'warning: library.o:.*\.text.*read-only section.*DT_TEXTREL' cat messages
compile main.c -m32 <<<'int other = 5, f(void); int main(void) { return f() - 7; }'
gcc_link -m32 main.o -o program -L. -ll -Wl,-rpath,.
expect_output x ./program

# In a program at a fixed address nothing asks for them: not even a weak name that nobody defines.
for machine in -m64 -m32; do
  compile weak.c $machine -fno-pic <<<'__attribute__((weak)) int nowhere(void); int main(void) { return nowhere != 0; }'
  gcc_link $machine -no-pie weak.o -o program 2>messages
  expect_no_match TEXTREL readelf -dW program
  expect_no_match warning cat messages
  expect_status 0 ./program
done
