#!/usr/bin/env bash
# Names that make would take apart are escaped in the dependency file.
# Only xld: lld does not escape colons.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	ret'
for name in 'a b' 'a#b' 'a$b' 'a:b' 'a\b' 'a\ b' 'a%b'; do
  cp a.o "$name.o"
  link "$name.o" --dependency-file=out.d -o program
  run make -s -f out.d program
  touch -d '1 hour ago' program
  echo 'program: ; @echo stale' >>out.d
  expect_output stale make -s -f out.d program
  touch program
  expect_output '' make -s -f out.d program
done
