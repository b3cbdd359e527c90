#!/usr/bin/env bash
# -r leaves common symbols common, with the largest size and alignment; -d gives them storage.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'.comm x, 4, 64'
compile b.s <<<'.comm x, 40, 8'
link -r a.o b.o -o both.o
expect_match ' 0*40 +40 OBJECT +GLOBAL DEFAULT +COM x$' readelf -sW both.o
for flag in -d -dc -dp; do
  link -r $flag a.o b.o -o both.o
  expect_match ' 40 OBJECT +GLOBAL DEFAULT +[0-9]+ x$' readelf -sW both.o
  expect_equal "$(section both.o .bss size) $(section both.o .bss align)" '40 64'
done
