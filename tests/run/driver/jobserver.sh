#!/usr/bin/env bash
# Tokens of a job server are back in their pipe when the link is done, has failed, or was ended by a signal.
source "$(dirname "$0")/../lib.sh"

for i in {1..40}; do echo ".globl g$i; g$i: .fill 400000, 1, 0x90; .data; .fill 400000, 1, $i" | as -o $i.o; done
echo '.globl _start; _start: ret' | as -o main.o
mkfifo jobs
exec 7<>jobs

expect_tokens() {
  local found=
  while read -r -t 0 -u 7 && read -r -N 1 -t 1 -u 7 token; do found+=$token; done
  [[ $(grep -o . <<<"$found" | sort | tr -d '\n') == abc ]] || fail "tokens after $1: '$found'"
}

for server in 7,7 "fifo:$PWD/jobs"; do
  export MAKEFLAGS="rw -j4 --jobserver-auth=$server"
  for tokens in abc cab; do
    printf $tokens >&7
    run "$XLD" main.o {1..40}.o -o program
    expect_tokens 'a link'
  done
  printf abc >&7
  ! "$XLD" main.o {1..40}.o main.o -o program 2>/dev/null || fail 'duplicates were linked'
  expect_tokens 'a link that failed'
  for delay in 0.001 0.003 0.006 0.01 0.02; do
    printf abc >&7
    timeout --foreground -s TERM $delay "$XLD" main.o {1..40}.o -o program || true
    expect_tokens 'SIGTERM'
  done
done

# make counts its tokens when it ends. A rule without + gets no descriptors.
unset MAKEFLAGS
printf 'all: one two three four\none two three four:\n\t%s%s main.o %s -o $@\n' + "$XLD" "$(echo {1..40}.o)" >with
sed 's/^\t+/\t/' with >without
for rules in with without; do
  expect_no_match 'jobserver|error' make -j3 -f $rules
  rm one two three four
done
