#!/usr/bin/env bash
# Missing files, directories, text files, and magic numbers without the rest.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	ret'
mkdir directory
echo 'This is not an object, nor a linker script.' >text.o
printf '\177ELF' >magic.o
printf '!<arch>\ngarbage that is no member header, but long enough to be one, if one is careless' >garbage.a
expect_fail 'missing\.o' -- a.o missing.o -o program
expect_fail 'directory' -- a.o directory -o program
expect_fail 'text\.o' -- a.o text.o -o program
expect_fail 'magic\.o' -- a.o magic.o -o program
expect_fail 'garbage\.a' -- a.o garbage.a -o program
