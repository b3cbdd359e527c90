#!/usr/bin/env bash
# .weak_def_can_be_hidden, which C++ compilers give inline functions whose address nobody compares: a name that all of
# its definitions allow to hide is no export and needs no fixups; one definition that does not, or a list, shows it.
# Only xld: of the proving linkers none has the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

XLD=$scratch/bin/ld64.xld
object() { # object FILE DIRECTIVE: a function _inline, and a pointer to it
  printf '%s\n' .text '.globl _inline' "$2 _inline" _inline: ret ".globl _pointer_$1" .data '.balign 8' \
    "_pointer_$1: .quad _inline" .subsections_via_symbols >"$1.s"
  run clang-19 -target x86_64-apple-macos13 -c "$1.s" -o "$1.o"
}
object hideable .weak_def_can_be_hidden
object second .weak_def_can_be_hidden
object shown .weak_definition
dylib() { run "$XLD" -dylib -arch x86_64 -platform_version macos 13.0 13.0 "$@" -o out.dylib; }
exports() { llvm-objdump-19 --macho --exports-trie out.dylib; }
fixups() { llvm-objdump-19 --macho --dyld-info out.dylib; }

dylib hideable.o second.o
expect_no_match ' _inline$' exports
expect_match ' _pointer_second$' exports
expect_no_match ' _inline$' fixups
expect_match '__TEXT,__text\) non-external .*_inline' llvm-nm-19 -m out.dylib
dylib hideable.o shown.o
expect_match ' _inline \[weak_def\]$' exports
expect_match 'bind .* _inline$' fixups
dylib shown.o hideable.o
expect_match ' _inline \[weak_def\]$' exports
dylib hideable.o -exported_symbol _inline
expect_match ' _inline \[weak_def\]$' exports

# -r leaves the choice to the last link.
run "$XLD" -r -arch x86_64 -platform_version macos 13.0 13.0 hideable.o second.o -o joined.o
expect_match 'weak external automatically hidden _inline' llvm-nm-19 -m joined.o
dylib joined.o
expect_no_match ' _inline$' exports
