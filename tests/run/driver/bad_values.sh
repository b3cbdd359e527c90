#!/usr/bin/env bash
# Options without their value, with values that are no numbers, or not among the known ones.
# Only xld: the others take unknown -z words with a warning and stop with other messages.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	ret'
expect_fail 'no-such-keyword' -- -z no-such-keyword a.o -o program
expect_fail 'build-id' 'nonsense' -- --build-id=nonsense a.o -o program
expect_fail 'icf' 'sometimes' -- --icf=sometimes a.o -o program
expect_fail 'max-page-size' -- -z max-page-size=1000 a.o -o program
expect_fail 'max-page-size' -- -z max-page-size=many a.o -o program
expect_fail 'Ttext' -- -Ttext=here a.o -o program
expect_fail 'vax' -- -m vax a.o -o program
expect_fail 'threads' -- --threads=none a.o -o program
expect_fail 'srec' -- --oformat=srec a.o -o program
status=0
run "$XLD" a.o -o 2>messages || status=$?
expect_equal "$status" 1
