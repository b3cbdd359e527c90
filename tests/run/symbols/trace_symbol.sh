#!/usr/bin/env bash
# --trace-symbol and -y report who defines and who refers to a symbol; -t lists the files that took part, and libraries.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	call traced'
compile b.s <<<'	.globl traced
traced:	ret'
compile c.s <<<'	.globl unneeded
unneeded: ret'
run ar rcs lib.a b.o c.o
for option in --trace-symbol=traced '--trace-symbol traced' '-y traced' -ytraced; do
  expect_match 'a\.o.*(reference|undefined).*traced' link $option a.o lib.a -o program
  expect_match 'b\.o.*(definition|defined).*traced' link $option a.o lib.a -o program
done
for option in -t --trace; do
  expect_match '^a\.o$' link $option a.o lib.a -o program
  expect_match 'lib\.a.*b\.o' link $option a.o lib.a -o program
  expect_no_match 'c\.o' link $option a.o lib.a -o program
done

# Libraries too: programs find out where -lNAME is by asking the linker so.
link -shared b.o -o libtraced.so
expect_equal "$(link -t -o program a.o -L. -ltraced)" $'a.o\n./libtraced.so'
