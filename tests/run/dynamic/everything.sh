#!/usr/bin/env bash
# One program and one library with every kind of reference between them, in every kind of output: variables (copied into
# programs without -fPIC), functions and their addresses, weak names, thread-local variables, resolver functions.
source "$(dirname "$0")/../lib.sh"

cat >library.text <<'EOF'
int data = 42;
__thread int thread = 5;
static __thread int own_thread = 9;
static int own(void) { return 1; }
__attribute__((weak)) int weak(void) { return 2; }
extern int missing(void) __attribute__((weak));
int (*own_pointer)(void) = own, (*weak_pointer)(void) = weak;
int *data_pointer = &data;
int call(int (*f)(int)) { return f(3); }
int sum(void) {
  return data + thread + own_thread + own() + weak() + own_pointer() + *data_pointer + weak_pointer() +
         (missing ? 1000 : 0);
}
static int chosen(void) { return 11; }
static void *choose(void) { return chosen; }
int resolved(void) __attribute__((ifunc("choose")));
int (*resolved_pointer)(void) = resolved;
int call_resolved(void) { return resolved() + resolved_pointer(); }
void *address_of_sum(void) { return (void *)sum; }
EOF
cat >program.text <<'EOF'
#include <stdio.h>
extern int data;
extern __thread int thread;
int sum(void), call(int (*)(int)), resolved(void), call_resolved(void);
void *address_of_sum(void);
int weak(void) { return 20; }
static int twice(int x) { return x * 2; }
int main(void) {
  data++;
  thread++;
  printf("%d %d %d %d %d %d %d\n", sum(), data, thread, call(twice), resolved(), call_resolved(),
         address_of_sum() == (void *)sum);
}
EOF
try_program() { # compiler, machine, options of compiler and linker
  local compiler=$1 machine=$2
  shift 2
  CC=$compiler compile program.c -O1 "$machine" "$@" <program.text
  gcc_link "$machine" "$@" program.o -o program -L. -ll '-Wl,-rpath,$ORIGIN'
  expect_output '143 43 6 6 11 22 1' ./program
  expect_output '143 43 6 6 11 22 1' env LD_BIND_NOW=1 ./program
}
for machine in -m64 -m32; do
  for compiler in gcc clang-19; do
    CC=$compiler compile library.c -O1 -fPIC $machine <library.text
    gcc_link $machine -shared library.o -o libl.so
    try_program $compiler $machine -fPIE -pie
    try_program $compiler $machine -fno-pie -no-pie
    try_program $compiler $machine -fPIE -pie -Wl,-z,now
    gcc_link $machine -shared library.o -o libl.so -Wl,-z,pack-relative-relocs
    try_program $compiler $machine -fno-pie -no-pie -Wl,-z,now
  done
done
CC=gcc compile library.c -O1 -fPIC -mtls-dialect=gnu2 <library.text
gcc_link -shared library.o -o libl.so
try_program gcc -m64 -fPIE -pie
