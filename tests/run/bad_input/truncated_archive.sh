#!/usr/bin/env bash
# The same for an archive: whatever is cut off, the answer is an error or a link of what is complete.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl function
function: ret'
compile main.s <<<'	.globl _start
_start:	call function'
run ar rcs lib.a a.o
size=$(stat -c %s lib.a)
for ((length = 1; length < size; length += 37)); do
  head -c $length lib.a >cut.a
  status=0
  timeout 10 "$XLD" main.o cut.a -o program >messages 2>&1 || status=$?
  ((status <= 1)) || fail "status $status for the first $length bytes: $(<messages)"
  ((status == 0)) || [[ ! -e program ]] || fail 'an output from a failed link'
  ((status == 1)) || run rm program
done
