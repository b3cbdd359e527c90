#!/usr/bin/env bash
# The headers make sense: entry inside an executable segment, no overlap, PHDR inside LOAD, no W and X together.
source "$(dirname "$0")/../lib.sh"

for mode in '-static' '-static-pie' '-m32 -static' '-m32 -static-pie'; do
  compile a.c -fPIE $mode <<<'int data = 1; _Thread_local int local = 2; int main() { return 0; }'
  gcc_link $mode a.o -o program
  expect_status 0 ./program
  expect_no_match 'RWE' readelf -lW program
  run llvm-readobj-19 --all program >/dev/null
  end=0
  for ((i = 0; i < $(readelf -lW program | grep -c '^ *LOAD'); i++)); do
    (($(segment program LOAD address $i) >= end)) || fail 'segments overlap or fall back'
    end=$(($(segment program LOAD address $i) + $(segment program LOAD size $i)))
  done
  ((i >= 2)) || fail 'one segment only'
  expect_equal "$(readelf -lW program 2>&1 >/dev/null)" ''
done
