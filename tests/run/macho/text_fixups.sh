#!/usr/bin/env bash
# Addresses in __TEXT: no loader of 64-bit programs completes them, so a program that may be loaded anywhere is refused,
# and one at a fixed address (Go's, with cgo) has them, with opcodes and not chains for what else there is to complete.
# Only xld: of the proving linkers none has the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

XLD=$scratch/bin/ld64.xld
printf '%s\n' .text '.globl _main' '_main: ret' '.section __TEXT,__const' '.p2align 3' '_table: .quad _main' \
  .data '.p2align 3' '_word: .quad _main' '_away: .quad _imported' >main.s
for minimum in 10.15 13.0; do
  options=(-arch x86_64 -platform_version macos $minimum 13.0 -undefined dynamic_lookup)
  run clang-19 -target "x86_64-apple-macos$minimum" -c main.s -o main.o
  expect_fail 'main\.o:.symbol _table.0x0.*against symbol ._main.;' 'in section __TEXT,__const' 'load-time fixup in a read-only section' -- "${options[@]}" main.o -o out
  run "$XLD" "${options[@]}" -no_pie main.o -o out
  expect_match 'LC_DYLD_INFO_ONLY' llvm-objdump-19 --macho --private-headers out
  expect_match '_imported' llvm-objdump-19 --macho --bind out
  expect_no_match '__TEXT|__DATA' llvm-objdump-19 --macho --rebase out
  address=$(llvm-nm-19 out | awk '/ _main$/ { print $1 }')
  expect_match "${address:14:2}${address:12:2}${address:10:2}${address:8:2} 01000000" llvm-objdump-19 -s -j __const out
done
