#!/usr/bin/env bash
# A hidden or protected symbol has to be defined in the output, whatever is said of undefined ones.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'.globl _start
.hidden kept
_start: call kept'
compile b.s <<<'.globl _start
.protected kept
_start: ret
.data
.quad kept'
expect_fail 'undefined hidden symbol: kept|hidden symbol .kept. .*defined' -- a.o --unresolved-symbols=ignore-all -o program
expect_fail 'undefined hidden symbol: kept|hidden symbol .kept. .*defined' -- -shared a.o --warn-unresolved-symbols -o program
expect_fail 'undefined protected symbol: kept|protected symbol .kept. .*defined' -- -shared b.o -o program
