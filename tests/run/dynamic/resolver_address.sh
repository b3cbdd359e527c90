#!/usr/bin/env bash
# The address of a program's resolver function is one in all modules, also where code without -fPIC takes it; local-dynamic
# access by a descriptor counts from the block's start.
source "$(dirname "$0")/../lib.sh"

compile a.c -fPIC <<<'void foo(void); void *get_foo(void) { return (void *)foo; }'
compile main.c -fno-PIE <<'EOF'
void *get_foo(void);
static int called;
static void real_foo(void) { called = 1; }
static void *resolve(void) { return (void *)real_foo; }
void foo(void) __attribute__((ifunc("resolve")));
int main(void) { foo(); return (void *)foo == get_foo() && called ? 0 : 1; }
EOF
gcc_link -shared a.o -o liba.so
gcc_link -no-pie main.o -o program -L. -la -Wl,-rpath,.
expect_status 0 ./program

compile t.s <<'EOF'
.globl get
.type get, @function
get:
  sub $8, %rsp
  lea _TLS_MODULE_BASE_@TLSDESC(%rip), %rax
  call *_TLS_MODULE_BASE_@TLSCALL(%rax)
  lea value@dtpoff(%rax), %rax
  mov %fs:(%rax), %eax
  add $8, %rsp
  ret
.section .tdata, "awT", @progbits
.zero 32
value: .long 20
.section .note.GNU-stack, "", @progbits
EOF
compile use.c -fPIE <<<'int get(void); _Thread_local int other = 3; int main(void) { return get() + other - 23; }'
for option in -Wl,--relax -Wl,--no-relax; do
  gcc_link t.o use.o -o program $option
  expect_status 0 ./program
done
gcc_link -shared t.o -o libt.so
gcc_link use.o -o program -L. -lt -Wl,-rpath,.
expect_status 0 ./program
