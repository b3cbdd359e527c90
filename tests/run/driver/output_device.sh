#!/usr/bin/env bash
# The output may be /dev/null.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	ret'
run "$XLD" a.o -o /dev/null
expect_equal "$(stat -c %F /dev/null)" 'character special file'
