#!/usr/bin/env bash
# Names in the symbol table: where the program starts, then those of each file by what they name, the linker's last.
# Loaders that bind by the table search its names, which are sorted for them.
# Only xld: of the proving linkers none has the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

XLD=$scratch/bin/ld64.xld
cat >in.s <<'SOURCE'
.globl _z, _a, _main, _number, _weak
.weak_definition _weak
_z: retq
_a: retq
_main: retq
_number = 5
.data
_weak: .quad _alias
_alias = _weak
.subsections_via_symbols
SOURCE
run clang-19 -target x86_64-apple-macos10.15 -c in.s -o in.o
names() { llvm-objdump-19 --syms "$1" | sed -n 's/.* [gw]  .* \(_[a-z_]*\)$/\1/p' | tr '\n' ' '; }
run "$XLD" -arch x86_64 -platform_version macos 10.15 10.15 -undefined dynamic_lookup in.o -o out
expect_equal "$(names out)" '_main _number _z _a _weak __mh_execute_header '
run "$XLD" -arch x86_64 -platform_version macos 10.5 10.5 -undefined dynamic_lookup in.o -o classic
expect_equal "$(names classic)" '___progname _a _environ _main _number _weak _z '
# The trie is sorted whatever the table is.
expect_equal "$(llvm-objdump-19 --macho --exports-trie out | sed -n 's/.* \(_[a-z_]*\).*/\1/p' | tr '\n' ' ')" \
  '__mh_execute_header _a _main _number _weak _z '
# A local name of a piece of which another file's copy was taken is one of that copy.
sed 's/_z, _a, _main, _number, _weak/_weak/; /: retq/d; /^_number/d' in.s >other.s
run clang-19 -target x86_64-apple-macos10.15 -c other.s -o other.o
run "$XLD" -arch x86_64 -platform_version macos 10.15 10.15 -undefined dynamic_lookup in.o other.o -o both
expect_equal "$(llvm-nm-19 both | grep -c ' d _alias')" 2
expect_equal "$(llvm-nm-19 both | grep ' [dD] _\(alias\|weak\)' | cut -d' ' -f1 | sort -u | wc -l)" 1
for image in out classic both; do run "$XLD_VERIFY" $image; done
