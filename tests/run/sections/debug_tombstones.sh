#!/usr/bin/env bash
# Debug information of removed functions points nowhere: it must not cover address 0 or another function.
source "$(dirname "$0")/../lib.sh"

compile a.c -g -O0 -ffunction-sections -gdwarf-5 -fno-pie <<'EOF'
int dead_one(int x) { return x; }
int dead_two(int x) { return x + dead_one(x); }
int live(int x) { return x + 1; }
void _start(void) { live(1); }
EOF
link --gc-sections a.o -o program
expect_match 'a\.c:3$' addr2line -e program "$(symbol program live)"
expect_no_match 'a\.c' addr2line -e program 0
expect_match '^Breakpoint 1 at 0x[0-9a-f]*[1-9a-f].*a\.c, line 3' gdb -batch -ex 'break live' program
