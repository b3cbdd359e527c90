#!/usr/bin/env bash
# --reproduce makes a tar archive of everything that was read, with a response file that gives the same bytes again.
source "$(dirname "$0")/../lib.sh"

mkdir lib other
compile a.c <<<'int helper(void); void _start(void) { helper(); }'
compile b.c <<<'int helper(void) { return 3; }'
run ar rcs lib/libb.a b.o
for option in --reproduce=repro.tar '--reproduce repro.tar'; do
  rm -rf repro.tar other/*
  link $option a.o -Llib -lb -o program
  run tar xf repro.tar -C other
  directory=$(dirname "$(find other -name response.txt)")
  rm -rf lib.hidden && mv lib lib.hidden
  (cd "$directory" && run "$XLD" @response.txt -o "$scratch/work/again")
  mv lib.hidden lib
  run cmp program again
done
