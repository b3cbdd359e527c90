#!/usr/bin/env bash
# Strings that only dead code uses are not kept.
source "$(dirname "$0")/../lib.sh"

compile a.c -O1 -ffunction-sections <<'EOF'
const char *volatile where;
void dead(void) { where = "only dead code says this"; }
void _start(void) { where = "live code says this"; }
EOF
link --gc-sections a.o -o program
expect_match 'live code says this' strings -a program
expect_no_match ' dead$' nm program
