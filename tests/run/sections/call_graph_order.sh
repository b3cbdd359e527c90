#!/usr/bin/env bash
# Functions stand near those that call them often, as profiled objects say, or a file.
source "$(dirname "$0")/../lib.sh"

functions() {
  for name in a b c d _start; do
    echo ".section .text.$name,\"ax\",@progbits"
    [[ $name == c ]] || echo ".globl $name"
    echo ".type $name, @function"
    echo "$name: .fill 16, 1, 0xc3"
  done
  for call in "$@"; do echo ".cg_profile $call"; done
}
order_of() { nm -n program | awk '{ printf "%s ", $3 }'; }

CC=clang-19 compile plain.s <<<"$(functions)"
CC=clang-19 compile profiled.s <<<"$(functions '_start, d, 100' 'd, c, 50' 'c, a, 45')"
link profiled.o -o program
expect_output '_start d c a b ' order_of
for option in --no-call-graph-profile-sort --call-graph-profile-sort=none; do
  link profiled.o $option -o program
  expect_output 'a b c d _start ' order_of
done
link -r profiled.o -o again.o
link again.o -o program
expect_output '_start d c a b ' order_of

printf 'b d 10\nc _start 20\n_start absent 4\n' >calls
link plain.o --call-graph-ordering-file=calls -o program 2>messages
expect_output 'c _start b d a ' order_of
expect_match 'warning: .*absent' cat messages
echo 'b d many' >calls
expect_fail 'calls(:1: |: parse error)' -- plain.o --call-graph-ordering-file=calls -o program
# A function that is called from everywhere belongs to nobody: less than a tenth of its calls come from one place.
CC=clang-19 compile everywhere.s <<<"$(functions 'd, b, 9' 'd, a, 5' '_start, b, 8' 'a, b, 8' 'c, b, 8' 'b, b, 70')"
link everywhere.o --call-graph-profile-sort=hfsort -o program
expect_output 'b d a _start c ' order_of

link profiled.o -o program --print-symbol-order=order
expect_output '_start d c a ' tr '\n' ' ' <order
