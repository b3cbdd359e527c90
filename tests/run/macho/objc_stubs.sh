#!/usr/bin/env bash
# Stubs for _objc_msgSend$NAME: fast, small, and none for names that something defines.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

cat >main.s <<'EOF'
.globl _main, _objc_msgSend, _objc_msgSend$mine
.p2align 2
_main:
  bl _objc_msgSend$first
  bl _objc_msgSend$second_
  b _objc_msgSend$mine
_objc_msgSend:
  ret
_objc_msgSend$mine:
  ret
.subsections_via_symbols
EOF
run clang-19 -target arm64-apple-macos13 -c main.s -o main.o
run "$scratch/bin/ld64.xld" -arch arm64 -dead_strip main.o -o fast
run "$XLD_VERIFY" fast
size() { llvm-objdump-19 --macho --section-headers "$1" | awk -v name="$2" '$2 == name { print $3 }'; }
expect_equal "$(size fast __objc_stubs)" 00000040
expect_equal "$(size fast __objc_selrefs)" 00000010
expect_match 'first' llvm-objdump-19 --macho --section=__TEXT,__objc_methname fast
expect_match '__TEXT,__objc_stubs\).* _objc_msgSend\$second_' llvm-nm-19 -m fast
expect_match '__TEXT,__text\).* _objc_msgSend\$mine' llvm-nm-19 -m fast
run "$scratch/bin/ld64.xld" -arch arm64 -objc_stubs_small main.o -o small
run "$XLD_VERIFY" small
expect_equal "$(size small __objc_stubs)" 00000018
# A name that an object has already is one with that of the stub, whatever becomes of other strings.
printf '.section __TEXT,__objc_methname,cstring_literals\n.asciz "first"\n' | run clang-19 -target arm64-apple-macos13 -c -x assembler - -o name.o
run "$scratch/bin/ld64.xld" -arch arm64 main.o name.o --no-deduplicate-strings -o shared
expect_equal "$(llvm-objdump-19 --macho --section=__TEXT,__objc_methname shared | grep -c first)" 1
