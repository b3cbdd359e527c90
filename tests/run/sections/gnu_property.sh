#!/usr/bin/env bash
# .note.gnu.property: CET bits only if all inputs have them, ISA bits joined, one note in PT_GNU_PROPERTY.
source "$(dirname "$0")/../lib.sh"

compile cet.c -fcf-protection=full <<<'int f(void) { return 0; }'
compile both.c -fcf-protection=full <<<'int f(void); void _start(void) { f(); }'
compile plain.c -fcf-protection=none <<<'int g(void) { return 0; }'
link both.o cet.o -o program
expect_match 'x86 feature: IBT, SHSTK' readelf -nW program
expect_match '^ *GNU_PROPERTY' readelf -lW program
link both.o cet.o plain.o -o program
expect_no_match 'IBT|SHSTK' readelf -nW program
compile half.c -fcf-protection=branch <<<'int g(void) { return 0; }'
link both.o cet.o half.o -o program
expect_match 'IBT' readelf -nW program
expect_no_match 'SHSTK' readelf -nW program
link -z ibt -z shstk both.o cet.o plain.o -o program
expect_match 'x86 feature: IBT, SHSTK' readelf -nW program

# The largest stack that some object needs, and a demand without a value.
for size in 0x100000 0x800000; do
  compile $size.s <<END
	.section .note.gnu.property, "a"
	.p2align 3
	.long 4, 24, 5
	.asciz "GNU"
	.long 1, 8
	.quad $size
	.long 2, 0
END
done
link both.o cet.o 0x800000.o 0x100000.o -o program
expect_match 'stack size: 0x800000' readelf -nW program
expect_match 'no copy on protected' readelf -nW program
