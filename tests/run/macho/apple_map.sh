#!/usr/bin/env bash
# -map in the form of Apple's linker: files by number, sections, symbols with the file they come from, what was left out.
# Only xld: of the proving linkers none has the name ld64.xld.
here=$(dirname "$(realpath "$0")")
source "$here/../lib.sh"

XLD=$scratch/bin/ld64.xld
cp "$here/libSystem.tbd" .
run clang-19 -target x86_64-apple-macos11 -x c -c - -o main.o <<<'int puts(const char*); int unused(void) { return 1; }
int number; int main(void) { return number + puts("x"); }'
run "$XLD" -arch x86_64 -platform_version macos 11.0 11.0 -L. -lSystem main.o -dead_strip -map map -o out
address=$(llvm-nm-19 out | awk '$3 == "_main" { print toupper(substr($1, 8)) }')
for line in '# Path: out' '# Arch: x86_64' '\[  0\] linker synthesized' '\[  1\] ./libSystem.tbd' '\[  2\] main.o' \
  "0x$address"$'\t0x[0-9A-F]+\t__TEXT\t__text' "0x$address"$'\t0x[0-9A-F]+\t\\[  2\\] _main' \
  $'0x[0-9A-F]+\t0x00000004\t\\[  2\\] _number' '# Dead Stripped Symbols:' $'<<dead>>\t0x[0-9A-F]+\t\\[  2\\] _unused'; do
  expect_match "^$line" cat map
done
