#!/usr/bin/env bash
# -z start-stop-visibility chooses how far __start_ and __stop_ symbols are seen.
# Only xld: lld and mold leave out names that nobody exports, GNU ld makes them all protected.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	lea __start_numbers(%rip), %rax
	.section numbers, "a"
	.long 1'
link a.o -o program
expect_match 'PROTECTED.*__start_numbers' readelf -sW program
link -z start-stop-visibility=default a.o -o program
expect_match 'GLOBAL DEFAULT.*__start_numbers' readelf -sW program
link -z start-stop-visibility=hidden a.o -o program
expect_match 'LOCAL *HIDDEN.*__start_numbers' readelf -sW program
