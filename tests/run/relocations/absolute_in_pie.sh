#!/usr/bin/env bash
# Code cannot measure the distance to a number in an output that is loaded anywhere; its value is no matter.
source "$(dirname "$0")/../lib.sh"

compile number.s <<<'.globl number
number = 42'
compile call.s <<<'.globl _start
_start: call number'
compile value.s <<<'.globl _start
_start: mov number@GOTPCREL(%rip), %rdi
mov $60, %eax
syscall'
expect_fail "call.o.*R_X86_64_PLT32.*(number|absolute)" -- -pie call.o number.o -o program
expect_fail "call.o.*R_X86_64_PLT32.*(number|absolute)" -- -shared -Bsymbolic call.o number.o -o program
link call.o number.o -o program
link -pie --no-dynamic-linker value.o number.o -o program
expect_status 42 ./program
