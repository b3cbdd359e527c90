#!/usr/bin/env bash
# --section-ordering-file puts sections of the inputs in the order of a list of patterns.
# Only xld: lld and mold have no such option, and GNU ld reads a script there.
source "$(dirname "$0")/../lib.sh"

compile a.c -ffunction-sections -fdata-sections <<'E'
int first = 1, second = 2;
int one(void) { return first; }
int two(void) { return second; }
int three(void) { return one() + two(); }
int main(void) { return three() - 3; }
E
printf '.text.main # what starts\n.text.t*\n.data.second\n.text.absent*\n' >list
order_of() { nm -n program | grep -E ' [TtDd] (main|one|two|three|first|second)$' | cut -d' ' -f3 | tr '\n' ' '; }
gcc_link a.o -o program -Wl,--section-ordering-file=list 2>messages
expect_output 'main two three one second first ' order_of
expect_match 'warning: list:4: .text.absent' cat messages
expect_status 0 ./program
expect_fail 'nowhere' -- --section-ordering-file=nowhere a.o -o program
echo main >symbols
expect_fail 'give one' -- --section-ordering-file=list --symbol-ordering-file=symbols -e main a.o -o program
