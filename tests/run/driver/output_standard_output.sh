#!/usr/bin/env bash
# -o - writes to standard output, behind what is there; pipes get the bytes in order at any thread count.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.include "exit.inc"
	.globl _start
_start:	exit 7
	.section .text.large, "ax"
	.rept 400000
	.quad 0x0123456789abcdef
	.endr'
link a.o -o expected
run "$XLD" a.o -o - --threads=4 >to_file
cmp to_file expected
run "$XLD" a.o -o - --threads=4 | cat >through_pipe
cmp through_pipe expected
(echo first && "$XLD" a.o -o -) >behind
expect_equal "$(head -1 behind)" first
cmp <(tail -c +7 behind) expected
mkfifo pipe
cat pipe >through_fifo &
run "$XLD" a.o -o pipe --threads=4
wait $!
cmp through_fifo expected
[[ ! -e ./- ]] || fail 'a file called - was written'
if "$XLD" a.o -o - >/dev/full 2>messages; then fail 'a full device was not noticed'; fi
grep -q 'No space left' messages
