#!/usr/bin/env bash
# ASSERT, OUTPUT and the commands of -r in scripts; commands that are no part of xld say why.
# Only xld: GNU ld does not say where an assertion stands, and accepts the commands that are refused here.
source "$(dirname "$0")/../lib.sh"

compile main.s <<'E2'
	.globl _start, limit
	.set limit, 16
_start:	mov $60, %eax
	xor %edi, %edi
	syscall
	.comm shared, 8, 8
	.section .text.one, "axG", @progbits, key, comdat
	.globl one
one:	ret
	.section .note.GNU-stack,"",@progbits
E2
cat >good.ld <<'E2'
LD_FEATURE("SANE_EXPR")
OUTPUT(from_script)
ASSERT(SIZEOF(.text) <= limit, "the code is too large")
ASSERT(DEFINED(_start) ? limit > 8 : 0, "no start");
E2
run "$XLD" main.o good.ld --dependency-file=rule
verify from_script
expect_match '^from_script:' cat rule
expect_status 0 ./from_script
expect_match '^from_script:' cat rule
link main.o good.ld -o from_option
expect_status 0 ./from_option

echo 'ASSERT(SIZEOF(.text) > limit, "the code (.text) is too small")' >bad.ld
expect_fail 'bad.ld:1: .*the code \(.text\) is too small' -- main.o bad.ld -o x
echo 'ASSERT(missing == 1, "never said")' >undefined.ld
expect_fail 'missing' -- main.o undefined.ld -o x

# An input is not written over, wherever it stands.
echo 'OUTPUT(main.o)' >self.ld
cp main.o copy.o
expect_fail 'main.o: is an input and the output' -- main.o self.ld
expect_fail 'main.o: is an input and the output' -- self.ld main.o
run cmp main.o copy.o
# The first counts.
echo 'OUTPUT(another)' >another.ld
run "$XLD" main.o good.ld another.ld
[[ ! -e another ]] || fail 'the second OUTPUT counts'

echo 'FORCE_COMMON_ALLOCATION FORCE_GROUP_ALLOCATION' >r.ld
link -r main.o -o plain.o
expect_match 'COM shared' readelf -sW plain.o
expect_match 'GROUP' readelf -SW plain.o
link -r main.o r.ld -o settled.o
expect_no_match 'COM shared' readelf -sW settled.o
expect_no_match 'GROUP' readelf -SW settled.o

for command in 'MEMORY { ram : ORIGIN = 0, LENGTH = 1 }' 'NOCROSSREFS(.a .b)' 'PHDRS { }' 'MAP(x)' 'STARTUP(main.o)' \
  'OUTPUT_ARCH(arm)' 'TARGET(binary)' 'LD_FEATURE("WONDERS")' 'INSERT AFTER .text'; do
  echo "$command" >refused.ld
  expect_fail "refused.ld:.*${command%%[ (]*}|refused.ld:.*unknown feature" -- main.o refused.ld -o x
done
