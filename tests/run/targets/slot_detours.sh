#!/usr/bin/env bash
# --tls-indirect: 32-bit code reaches runtime slots with the thread pointer in a register, as some hypervisors needed it.
# Each access becomes a jump to code that makes it; registers and flags stay as the access would leave them.
# Only xld: the option is its own.
source "$(dirname "$0")/../lib.sh"

compile slots.s -m32 <<'EOF'
.globl set_slots, first, second, try
set_slots:
  mov 4(%esp), %eax
  mov %eax, %gs:g
  mov 8(%esp), %edx
  mov %edx, %gs:m@ntpoff
  ret
first: mov %gs:g, %eax; ret
second: mov %gs:m, %ecx; mov %ecx, %eax; ret
# Flags and all other registers survive; returns the sum of what was stored.
try:
  push %ebx; push %esi
  mov $11, %eax; mov $22, %ecx
  cmp %eax, %eax
  movl $100, %gs:g
  mov %ecx, %gs:m
  jne 1f
  cmp $11, %eax
  jne 1f
  cmp $22, %ecx
  jne 1f
  mov %gs:g, %ebx
  mov %gs:m, %esi
  lea (%ebx,%esi), %eax
  pop %esi; pop %ebx
  ret
1: mov $-1, %eax
  pop %esi; pop %ebx
  ret
.section .note.GNU-stack, "", @progbits
EOF
compile main.c -m32 -fPIE <<'EOF'
#include <stdio.h>
void set_slots(int, int);
int first(void), second(void), try(void);
int main(void) {
  set_slots(3, 4);
  int a = first(), b = second();
  printf("%d %d %d\n", a, b, try());
}
EOF
for mode in -static -static-pie; do
  gcc_link -m32 $mode main.o slots.o -o program -Wl,--tls-slot=g,--tls-slot=m,--tls-indirect
  expect_output '3 4 122' ./program
  expect_no_match '%gs:-' disassemble program set_slots first second try
done
compile add.s -m32 <<<'.globl _start
_start: addl $1, %gs:g; ret'
expect_fail 'only a mov of a 32-bit word' -- -m elf_i386 --tls-slot=g --tls-indirect add.o -o x
compile wide.s <<<'.globl _start
_start: mov %fs:g, %rax; ret'
expect_fail 'is for 32-bit targets' -- --tls-slot=g --tls-indirect wide.o -o x
