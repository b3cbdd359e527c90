#!/usr/bin/env bash
# -f and -F are for libraries.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'.globl _start
_start: ret'
expect_fail '-f may not be used without -shared' -- a.o -f libother.so -o program
expect_fail '-F may not be used without -shared' -- a.o -F libother.so -o program
link -shared a.o -f libother.so -F libthird.so -o a.so
expect_match 'Filter library: .libthird.so' readelf -d a.so
expect_match 'Auxiliary library: .libother.so' readelf -d a.so
