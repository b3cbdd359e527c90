#!/usr/bin/env bash
# --fatal-warnings makes warnings errors; --no-warnings or -w silences them; --warn-common reports merged commons.
source "$(dirname "$0")/../lib.sh"

echo '.comm shared, 4; .globl _start; _start: ret' | as -o a.o
echo '.comm shared, 8' | as -o b.o
expect_match 'shared' link --warn-common a.o b.o -o program
expect_fail 'shared' -- --warn-common --fatal-warnings a.o b.o -o program
