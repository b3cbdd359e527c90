#!/usr/bin/env bash
# -Map=FILE, -Map FILE and -M: addresses of sections, the files they came from, and symbols.
source "$(dirname "$0")/../lib.sh"

compile a.c -fno-pie <<<'int in_map = 5; int helper(void); void _start(void) { in_map = helper(); }'
compile b.c -fno-pie <<<'int helper(void) { return 3; }'
for option in -Map=out.map '-Map out.map' --Map=out.map; do
  rm -f out.map
  link $option a.o b.o -o program
  expect_match '\.text' cat out.map
  expect_match 'a\.o' cat out.map
  expect_match 'b\.o' cat out.map
  expect_match 'helper' cat out.map
  address=$(symbol program in_map)
  expect_match "$(printf '%x' $((address)))" cat out.map
done
expect_match 'helper' link -M a.o b.o -o program
expect_match 'helper' link --print-map a.o b.o -o program
