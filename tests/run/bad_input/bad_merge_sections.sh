#!/usr/bin/env bash
# Mergeable sections that are not what they say: no final zero, sizes that do not divide, references past the end.
source "$(dirname "$0")/../lib.sh"

check_status() {
  local status=0
  timeout 10 "$XLD" a.o -o program >messages 2>&1 || status=$?
  ((status <= 1)) || fail "status $status: $(<messages)"
}
for section in '"aMS",@progbits,1; .ascii "no end"' '"aM",@progbits,8; .long 1, 2, 3' '"aM",@progbits,0; .long 1' \
  '"aMS",@progbits,3; .long 0'; do
  echo ".globl _start; _start: ret; .section .rodata.bad,$section" | as -o a.o 2>/dev/null || continue
  check_status
done
echo '.globl _start; _start: ret; .section .rodata.good,"aMS",@progbits,1; .asciz "x"' | as -o a.o
link a.o -o program
echo '.globl _start; _start: lea .L+100(%rip), %rax; .section .rodata.str1.1,"aMS",@progbits,1; .L: .asciz "x"' | as -o a.o
check_status
