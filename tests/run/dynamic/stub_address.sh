#!/usr/bin/env bash
# The address of a library's function that a program takes is the same in all modules, and calls still arrive, whichever
# way the program's other objects reach the function.
source "$(dirname "$0")/../lib.sh"

for machine in -m64 -m32; do
  compile library.c $machine -fPIC <<'E2'
int called;
void* f(void) { called++; return f; }
void* g(void) { called++; return g; }
E2
  compile slot.c $machine -fPIC <<<'void* g(void); void* address_in_slot(void) { return g; }'
  compile main.c $machine -fno-pic <<'E2'
extern int called;
void *f(void), *g(void), *address_in_slot(void);
void* volatile table[] = {f, g};
int main(void) { return table[0] == f() && table[1] == g() && table[1] == address_in_slot() && called == 2 ? 0 : 1; }
E2
  gcc_link $machine -shared library.o -o library.so
  for binding in lazy now; do
    gcc_link $machine -no-pie slot.o main.o library.so -Wl,-z,$binding -Wl,-rpath,. -o program
    expect_status 0 ./program
    expect_status 0 env LD_BIND_NOW=1 ./program
  done
done
