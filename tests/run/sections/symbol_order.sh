#!/usr/bin/env bash
# --symbol-ordering-file puts functions and data, global or local, in the order of a list.
source "$(dirname "$0")/../lib.sh"

compile a.c -ffunction-sections -fdata-sections <<'E'
int first = 1, second = 2;
__attribute__((noinline)) static int local(int x) { return x * 2; }
int one(void) { return local(first); }
int two(void) { return second; }
int main(void) { return one() - two(); }
E
printf '# a profile\ntwo\nlocal\n\nsecond\nmain\none\nabsent\n' >list
order_of() { nm -n program | grep -E ' [TtDd] (main|one|two|local|first|second)$' | cut -d' ' -f3 | tr '\n' ' '; }
gcc_link a.o -o program -Wl,--symbol-ordering-file=list 2>messages
expect_output 'two local main one second first ' order_of
expect_match 'warning: .*absent' cat messages
expect_status 0 ./program
gcc_link a.o -o program -Wl,--symbol-ordering-file,list -Wl,--no-warn-symbol-ordering 2>messages
expect_output '' cat messages
expect_fail 'nowhere' -- --symbol-ordering-file=nowhere a.o -o program
