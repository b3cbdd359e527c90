#!/usr/bin/env bash
# Symbols may have any value: also those that xld's table of addresses uses for what has none, and for merged strings.
source "$(dirname "$0")/../lib.sh"

compile values.s <<'EOF'
.globl nowhere, merged
nowhere = 0x8badf00d8badf00d
merged = 0x8badf00e00000001
local = 0x8badf00e00000002
.globl _start
_start: ret
.data
.quad nowhere, merged, local, merged + 4
EOF
link -static values.o -o program
expect_equal "$(contents program .data)" 0df0ad8b0df0ad8b010000000ef0ad8b020000000ef0ad8b050000000ef0ad8b
