#!/usr/bin/env bash
# SIGINT and SIGTERM at any moment of a link leave no temporary files, and the older output or all of the new one.
# Only xld: the others remove or overwrite the older output at once.
source "$(dirname "$0")/../lib.sh"

for i in {1..40}; do echo ".globl g$i; g$i: .fill 400000, 1, 0x90; .data; .fill 400000, 1, $i" | as -o $i.o; done
echo '.globl _start; _start: ret' | as -o main.o
link main.o {1..40}.o -o program
mv program complete
echo 'older output' >program
listing=$(ls -A)
for signal in INT TERM; do
  for delay in 0.001 0.003 0.006 0.01 0.02; do
    status=0
    timeout --foreground -s $signal $delay env --default-signal=INT "$XLD" main.o {1..40}.o -o program || status=$?
    # A signal may come after the new output has its name.
    cmp -s program complete || { ((status != 0)) && cmp -s program <(echo 'older output'); } || fail 'neither output is whole'
    [[ $(ls -A) == "$listing" ]] || fail "left: $(ls -A)"
    echo 'older output' >program
  done
done
