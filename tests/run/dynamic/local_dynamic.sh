#!/usr/bin/env bash
# -ftls-model=local-dynamic says that a variable is the library's own, even if others could define it.
source "$(dirname "$0")/../lib.sh"

for machine in -m64 -m32; do
  compile library.c $machine -O1 -fPIC -ftls-model=local-dynamic <<'E'
__thread int first = 1, second = 2;
int sum(void) { return first + second; }
E
  compile main.c $machine <<'E'
int sum(void);
int main(void) { return sum(); }
E
  gcc_link $machine -shared library.o -o liblocal.so
  gcc_link $machine main.o -o program -L. -llocal -Wl,-rpath,.
  expect_status 3 ./program
done
