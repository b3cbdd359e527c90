#!/usr/bin/env bash
# A compressed debug section whose data is damaged is an error that names the section.
# Only xld: the others notice the damage when the older output is already gone, or do not name the section.
source "$(dirname "$0")/../lib.sh"

compile a.c -g3 -gz -fno-pic <<<'#include <stdio.h>
int _start() { return 0; }'
python3 - <<'EOF'
data = bytearray(open("a.o", "rb").read())
place = data.find(b"\x78\x9c")  # zlib's first two bytes
assert place > 0
data[place + 20:place + 60] = b"\xff" * 40
open("a.o", "wb").write(data)
EOF
expect_fail 'debug_' -- a.o -o program
