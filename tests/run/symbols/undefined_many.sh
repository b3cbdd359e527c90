#!/usr/bin/env bash
# All undefined symbols are reported, each once with its references; --error-limit stops the flood.
source "$(dirname "$0")/../lib.sh"

{ echo '	.globl _start'; echo '_start:'; for i in {1..50}; do echo "	call missing_$i"; done; } | compile a.s
expect_fail 'missing_1([^0-9]|$)' 'missing_19' -- a.o -o program
expect_fail 'missing_50' -- --error-limit=0 a.o -o program
expect_fail 'too many errors|error limit|suppressed|more errors' -- --error-limit=5 a.o -o program
