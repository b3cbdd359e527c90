#!/usr/bin/env bash
# --dependency-file writes a make rule with the output and every file that was read, archives and scripts too.
source "$(dirname "$0")/../lib.sh"

mkdir lib
compile a.c <<<'int helper(void); void _start(void) { helper(); }'
compile b.c <<<'int helper(void) { return 3; }'
run ar rcs lib/libb.a b.o
echo 'INPUT(-lb)' >script
for option in --dependency-file=out.d '--dependency-file out.d'; do
  rm -f out.d
  link $option a.o -Llib script -o program
  expect_match '^program:' cat out.d
  for file in a.o lib/libb.a script; do expect_match "(^| )(\./)?$file( |$|:)" cat out.d; done
  run make -s -f out.d program
done
