#!/usr/bin/env bash
# Of several definitions: a weak one wins over a common symbol, one that others see over one that they do not, absolute
# ones are never weak; what compilers keep in __LLVM is no definition. A strong one in place of a library's weak one is
# told to the loader, with opcodes and with chains.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

XLD=$scratch/bin/ld64.xld
assemble() { run clang-19 -target x86_64-apple-macos11 -x assembler -c - -o "$1"; }
library() { run "$XLD" -arch x86_64 -platform_version macos "${minimum:-11.0}" 11.0 -dylib "$@" -o out; }
names() { run llvm-nm-19 -m out; }
exports() { run llvm-objdump-19 --macho --exports-trie out; }
header() { run llvm-objdump-19 --macho --private-header "$1"; }
assemble weak.o <<<$'.globl _name\n.weak_definition _name\n_name: ret'
assemble common.o <<<'.comm _name,8'
assemble private.o <<<$'.globl _name\n.private_extern _name\n.weak_definition _name\n_name: ret'
assemble hidden.o <<<$'.globl _name\n.weak_def_can_be_hidden _name\n_name: ret'
assemble strong.o <<<$'.globl _name\n_name: ret'
assemble absolute.o <<<$'.globl _name\n.weak_definition _name\n_name = 0xbeef'
assemble notes.o <<<$'.globl _name\n.section __LLVM,__bitcode\n_name: .asciz "x"'

for order in "weak.o common.o" "common.o weak.o" "private.o weak.o" "weak.o hidden.o"; do
  library $order
  expect_match '__text. weak external _name' names
  expect_match '_name \[weak_def\]' exports
done
for order in private.o hidden.o "private.o hidden.o"; do
  library $order
  expect_match 'non-external .was a private external. _name' names
  expect_no_match '_name' exports
done
library weak.o notes.o notes.o
expect_match 'weak external _name' names
expect_fail 'duplicate symbol: _?name' -- -arch x86_64 -dylib absolute.o strong.o -o out2

library weak.o -install_name libweak.dylib && mv out libweak.dylib
expect_match 'WEAK_DEFINES BINDS_TO_WEAK' header libweak.dylib
expect_no_match 'dyld_stub_binder' llvm-nm-19 -m libweak.dylib
minimum=11.0 library strong.o libweak.dylib
expect_match 'strong +_name' llvm-objdump-19 --macho --weak-bind out
for minimum in 11.0 13.0; do
  library strong.o libweak.dylib
  expect_match 'WEAK_DEFINES' header out
done
