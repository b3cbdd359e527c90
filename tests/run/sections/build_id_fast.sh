#!/usr/bin/env bash
# --build-id=fast: no cryptographic promise, but the same for the same input and different for different input.
source "$(dirname "$0")/../lib.sh"

echo '.globl _start; _start: nop; .data; .byte 1' | as -o a.o
echo '.globl _start; _start: nop; .data; .byte 2' | as -o b.o
build_id() { readelf -nW "$1" | sed -n 's/.*Build ID: //p'; }
link --build-id=fast a.o -o program
link --build-id=fast a.o -o again
link --build-id=fast b.o -o other
expect_different "$(build_id program)" ''
expect_equal "$(build_id again)" "$(build_id program)"
expect_different "$(build_id other)" "$(build_id program)"
