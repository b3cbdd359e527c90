#!/usr/bin/env bash
# PT_GNU_STACK: not executable if all inputs say so; -z execstack and -z noexecstack decide otherwise; -z stack-size.
source "$(dirname "$0")/../lib.sh"

quiet='.section .note.GNU-stack,"",@progbits'
echo ".globl _start; _start: ret; $quiet" | as -o a.o
echo '.section .note.GNU-stack,"x",@progbits' | as -o executable.o
link a.o -o program
expect_equal "$(segment program GNU_STACK flags)" RW
NO_VERIFY=1 link -z execstack a.o -o program
expect_equal "$(segment program GNU_STACK flags)" RWE
link -z noexecstack a.o executable.o -o program
expect_equal "$(segment program GNU_STACK flags)" RW
link -z stack-size=0x100000 a.o -o program
expect_equal $(($(segment program GNU_STACK size))) $((0x100000))
