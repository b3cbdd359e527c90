#!/usr/bin/env bash
# Nothing is silently ignored: an unknown option is an error that quotes it and proposes the nearest one.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	ret'
expect_fail '--gc-sectionz' 'gc-sections' -- --gc-sectionz a.o -o program
expect_fail '--no-such-option-at-all' -- --no-such-option-at-all a.o -o program
expect_fail 'build-idd' -- --build-idd=sha1 a.o -o program
