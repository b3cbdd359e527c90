#!/usr/bin/env bash
# Names in messages are demangled by default; --no-demangle keeps them as they are.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	call _ZN3foo3barEv'
expect_fail 'foo::bar\(\)' -- a.o -o program
expect_fail '_ZN3foo3barEv' -- --no-demangle a.o -o program
expect_fail 'foo::bar\(\)' -- --no-demangle --demangle a.o -o program
