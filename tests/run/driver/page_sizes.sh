#!/usr/bin/env bash
# A common page size above the maximum is a contradiction.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	ret'
expect_fail 'common.page.size' -- a.o -z common-page-size=0x4000 -z max-page-size=0x1000 -o program
link a.o -z common-page-size=0x1000 -z max-page-size=0x4000 -o program
NO_VERIFY=1 link a.o -z max-page-size=0x10 -N -o program
