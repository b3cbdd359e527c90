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
