#!/usr/bin/env bash
# Two links of the same output at the same time: both succeed, and the result is one of the two, whole.
source "$(dirname "$0")/../lib.sh"

for i in 1 2; do
  echo ".globl _start; _start: mov \$60, %eax; mov \$$i, %edi; syscall; .data; .fill 3000000, 1, $i" | as -o $i.o
  link $i.o -o expected$i
done
for round in {1..5}; do
  "$XLD" 1.o -o program &
  first=$!
  "$XLD" 2.o -o program &
  second=$!
  wait $first
  wait $second
  cmp -s program expected1 || cmp -s program expected2 || fail 'a mixture'
  expect_equal "$(ls -A | grep -vE '^(1\.o|2\.o|expected1|expected2|program)$' || true)" ''
done
