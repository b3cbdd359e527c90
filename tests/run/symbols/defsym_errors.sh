#!/usr/bin/env bash
# A bad expression and an undefined name in --defsym are errors that quote them.
source "$(dirname "$0")/../lib.sh"

compile main.s <<<'	.globl _start
_start:	ret'
expect_fail 'nobody_knows' -- --defsym=a=nobody_knows main.o -o program
expect_fail 'defsym|1\+' -- --defsym=a=1+ main.o -o program
expect_fail 'defsym' -- --defsym=a main.o -o program
