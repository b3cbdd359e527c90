#!/usr/bin/env bash
# --tls-raw: code that means the slots by %fs:0 and %fs:8 (%gs:0 and %gs:4), without relocations. What is not certain is
# refused, other words beside the thread register stay, and so do other files.
# Only xld: the option is its own.
source "$(dirname "$0")/../lib.sh"

for machine in 64 32; do
  if [[ $machine = 64 ]]; then segment=%fs second=8 a=%rax; else segment=%gs second=4 a=%eax; fi
  compile raw.s -m$machine <<EOF2
.globl set_slots, first, second
set_slots: movl \$7, $segment:0; movl \$9, $segment:$second; ret
first: mov $segment:0, $a; ret
second: mov $segment:$second, $a; ret
.section .note.GNU-stack, "", @progbits
EOF2
  compile main.c -m$machine -O1 -fno-pie <<'EOF2'
#include <stdio.h>
void set_slots(void);
int first(void), second(void);
__thread int mine = 5;
int main(void) {
  set_slots();
  printf("%d %d %d\n", first(), second(), mine);
}
EOF2
  gcc_link -m$machine -static main.o raw.o -o program -Wl,--tls-raw=raw.o
  expect_output '7 9 5' ./program
done

compile code.s <<'EOF2'
.globl _start
_start:
  mov $0x2564, %eax
  mov %fs:0x28, %rax
  mov %fs:0, %rcx
  mov %fs:(%rcx), %rcx
  ret
.byte 0x48, 0xb8
.globl after
after: movabs %rax, %fs:8; ret
EOF2
link --tls-raw --tls-report=report code.o -o program
expect_equal "$(disassemble program _start | head -4)" $'movl $0x2564, %eax # imm = 0x2564\nmovq %fs:0x28, %rax\nmovq %fs:-0x10, %rcx\nmovq %fs:(%rcx), %rcx'
expect_equal "$(disassemble program after)" $'movabsq %rax, %fs:-0x8\nretq'
expect_equal "$(grep -c 'raw slot access' report)" 2

# refuse REGEX INSTRUCTION
refuse() {
  printf '.globl _start\n_start: %s\n' "$2" | compile refused.s
  expect_fail "refused.o:\\(.text\\+0x[0-9a-f]+\\): --tls-raw: this code $1" -- --tls-raw refused.o -o x
}
refuse 'accesses 8 bytes at 0x4' 'mov %fs:4, %rax'
refuse 'is not known to access so many' 'movaps %fs:0, %xmm0'
refuse 'cannot be decoded' '.byte 6, 0x64'
