#!/usr/bin/env bash
# Messages come in the same order at any thread count.
# Only xld: GNU ld and mold have no --error-limit, and the order of the messages of lld depends on the threads.
source "$(dirname "$0")/../lib.sh"

for i in {1..30}; do echo ".globl f$i; f$i: call missing_$i; call missing_shared" | as -o $i.o; done
for threads in 1 2 16 16; do
  "$XLD" --error-limit=0 --threads=$threads {1..30}.o -o program 2>messages.$threads && fail 'linked'
  grep -q missing_30 messages.$threads || fail 'a message is missing'
  cmp messages.1 messages.$threads
done
