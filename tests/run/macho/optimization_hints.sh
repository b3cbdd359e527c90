#!/usr/bin/env bash
# Linker optimisation hints of arm64: addresses that are near take one instruction.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

cat >main.s <<'EOF'
.globl _main
.p2align 2
_main:
Lfirst: adrp x8, _near@PAGE
Lsecond: add x0, x8, _near@PAGEOFF
Lthird: adrp x9, _value@PAGE
Lfourth: ldr w1, [x9, _value@PAGEOFF]
Lfifth: adrp x10, _value@GOTPAGE
Lsixth: ldr x11, [x10, _value@GOTPAGEOFF]
Lseventh: ldrb w2, [x11]
  ret
.loh AdrpAdd Lfirst, Lsecond
.loh AdrpLdr Lthird, Lfourth
.loh AdrpLdrGotLdr Lfifth, Lsixth, Lseventh
.section __TEXT,__const
.p2align 2
_near: .long 1
.data
.globl _value
.p2align 2
_value: .long 2
.subsections_via_symbols
EOF
run clang-19 -target arm64-apple-macos13 -c main.s -o main.o
run "$scratch/bin/ld64.xld" -arch arm64 main.o -o main
run "$XLD_VERIFY" main
code() { llvm-objdump-19 -d --no-show-raw-insn "$1" | awk '/^ *[0-9a-f]+:/ { printf "%s ", $2 }'; }
expect_equal "$(code main)" 'nop adr nop ldr adrp nop ldrb ret '
expect_match 'adr	x0, ' llvm-objdump-19 --macho -d main
run "$scratch/bin/ld64.xld" -arch arm64 -ignore_optimization_hints main.o -o long
expect_equal "$(code long)" 'adrp add adrp ldr adrp add ldrb ret '
