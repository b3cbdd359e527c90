#!/usr/bin/env bash
# Too little memory is an error like any other: status 1, a message, no output.
# Only xld: the others abort.
source "$(dirname "$0")/../lib.sh"

for i in {1..20}; do echo ".section .text.f$i,\"ax\"; .globl f$i; f$i: .fill 300000, 1, $i" | as -o $i.o; done
echo '.globl _start; _start: ret' | as -o main.o
failures=0
for limit in 8000 10000 12000 16000 20000 24000; do
  status=0
  (ulimit -v $limit && exec "$XLD" --threads=1 main.o {1..20}.o -o program >messages 2>&1) || status=$?
  ((status <= 1 || status == 127)) || fail "status $status with $limit KiB: $(<messages)"
  ((status == 0)) || [[ ! -e program ]] || fail 'an output from a failed link'
  ((status != 1)) || grep -qE 'out of memory|annot allocate memory|failed to map' messages || fail "message: $(<messages)"
  ((status != 1)) || ((++failures))
  rm -f program
done
((failures != 0)) || fail 'no limit was low enough to test anything'
