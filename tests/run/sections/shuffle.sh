#!/usr/bin/env bash
# --shuffle-sections: an order that follows from the seed alone; what matches moves among its own places.
# Only xld: lld's seeds make another order.
source "$(dirname "$0")/../lib.sh"

{
  for name in a b c d e f g h; do echo ".section .text.$name,\"ax\"; $name: .globl $name; ret"; done
  for name in p q r s; do echo ".section .data.$name,\"aw\"; $name: .globl $name; .quad 0"; done
  echo '.section .init_array,"aw",@init_array; .quad a; .section .init_array.5,"aw",@init_array; .quad b'
} >sections
compile sections.s <sections
order_of() { nm -n program | awk -v kind="$1" '$2 == kind { printf "%s", $3 }'; }
link_so() { link sections.o -e a -o program "$@"; }

link_so
expect_output abcdefgh order_of T
link_so --shuffle-sections=1
one=$(order_of T)
[[ $one != abcdefgh && $(order_of D) != pqrs ]] || fail "nothing moved: $one"
[[ $(fold -w1 <<<"$one" | sort | tr -d '\n') == abcdefgh ]] || fail "$one"
link_so --shuffle-sections='*=1' --threads=1
expect_output "$one" order_of T
link_so --shuffle-sections=2
[[ $(order_of T) != "$one" ]] || fail 'the seed makes no difference'
link_so --shuffle-sections='.text.[a-d]=-1'
expect_output dcbaefgh order_of T
expect_output pqrs order_of D
link_so --reverse-sections
expect_output hgfedcba order_of T
# Priorities still hold: the first word is that of .init_array.5.
word=$(readelf -x .init_array program | awk '/^  0x/ { print $2; exit }')
expect_match "^0*$(echo "$word" | sed 's/\(..\)\(..\)\(..\)\(..\)/\4\3\2\1/') T b$" nm program
expect_fail 'seed|number' -- sections.o -e a --shuffle-sections=.text=often -o program
expect_fail 'seed|number' -- sections.o -e a --shuffle-sections==1 -o program
