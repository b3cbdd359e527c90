#!/usr/bin/env bash
# --stats prints figures of the link and changes nothing.
source "$(dirname "$0")/../lib.sh"

compile a.c <<<'void _start(void) {}'
link a.o -o plain
expect_match '[0-9]' link --stats a.o -o program
run cmp plain program
