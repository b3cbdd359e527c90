#!/usr/bin/env bash
# Debug information of relinked objects: gdb finds lines, and functions another file provides are not described.
source "$(dirname "$0")/../lib.sh"

for machine in -m64 -m32; do
  for name in a b; do
    compile $name.cc -g $machine <<E
inline int shared(int x) { return x + 1; }
int ${name}_function(int x) {
  return shared(x) + 1;
}
E
  done
  compile main.cc -g $machine <<<'int a_function(int), b_function(int); int main() { return a_function(1) + b_function(2) - 7; }'
  link -r a.o b.o -o both.o
  gxx_link $machine -static main.o both.o -o program
  expect_status 0 ./program
  expect_match 'Line 2 of "./b.cc"' gdb -batch -ex 'info line b_function' program
  expect_match 'Line 1 of "./a.cc"' gdb -batch -ex 'info line shared' program
done
