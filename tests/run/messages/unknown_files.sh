#!/usr/bin/env bash
# Files that are no input say what they look like; the output may not be an input.
# Only xld: the words are ours.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	ret'
: >empty.o
printf 'MZ\220\0' >windows.o
printf '\177ELF\2\1' >short.o
echo 'int x;' | clang-19 -target powerpc64-linux-gnu -c -x c - -o big.o
echo 'int x;' | gcc -flto -fno-fat-lto-objects -c -x c - -o slim.o
expect_fail 'empty\.o: is empty' -- a.o empty.o -o program
expect_fail 'windows\.o: .*Windows' -- a.o windows.o -o program
expect_fail 'short\.o: .*cut off' -- a.o short.o -o program
expect_fail 'big\.o: .*big-endian' -- a.o big.o -o program
expect_fail 'slim\.o: .*-flto' -- a.o slim.o -o program
cp a.o copy.o
fail_once copy.o -o ./copy.o
grep -q 'is an input and the output' "$scratch/messages" || fail "$(<"$scratch/messages")"
cmp a.o copy.o || fail 'the input was overwritten'
