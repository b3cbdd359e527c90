#!/usr/bin/env bash
# -s, -x and -S with -r leave what relocations and groups need.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'E'
	.globl	start
start:	movq	used@GOTPCREL(%rip), %rax
used:	nop
unused:	ret
	.section .debug_line, "", @progbits
	.long	used
	.section .text.f, "axG", @progbits, name, comdat
f:	ret
E
for flag in -s -x; do
  link -r $flag a.o -o out.o
  expect_match ' LOCAL .* used$' readelf -sW out.o
  expect_match ' GLOBAL .* start$' readelf -sW out.o
  expect_no_match ' unused$' readelf -sW out.o
  expect_match 'GOTPCREL.* used - 4' readelf -rW out.o
  expect_match '\[name\]' readelf -gW out.o
done
link -r -S a.o -o out.o
expect_no_match debug_line readelf -SW out.o
expect_match ' unused$' readelf -sW out.o
