#!/usr/bin/env bash
# Two absolute symbols of one name and value are no duplicates.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'.globl number, _start
number = 42
_start: mov $number, %edi
mov $60, %eax
syscall'
compile b.s <<<'.globl number
number = 42'
compile c.s <<<'.globl number
number = 43'
link a.o b.o -o program
expect_status 42 ./program
expect_fail 'duplicate symbol: number|multiple definition' -- a.o c.o -o program
expect_match 'warning: duplicate symbol: number|number' "$XLD" --noinhibit-exec a.o c.o -o program
expect_status 42 ./program
