#!/usr/bin/env bash
# EI_OSABI: GNU if a symbol in the output's table is one of the GNU ABI (a resolver function, a unique object), else
# System V. SHF_GNU_RETAIN of the input leaves no trace. As GNU ld does.
# Only xld: GNU ld goes by its emulation alone, and LLD and mold mark other outputs as GNU's than GNU ld does.
source "$(dirname "$0")/../lib.sh"

os_abi() { readelf -h program | sed -n 's/.*OS\/ABI: *//p'; }
start='.globl _start; _start: ret'
as -o ifunc.o <<<"$start; .globl f; .type f, @gnu_indirect_function; f: ret"
as -o local.o <<<"$start; .type f, @gnu_indirect_function; f: ret"
as -o unique.o <<<"$start; .data; .type u, @gnu_unique_object; u: .quad 0; .size u, 8"
as -o retained.o <<<"$start; .section .data.a, \"awR\", @progbits; .quad 0"
for object in ifunc local unique; do
  link $object.o -o program
  expect_equal "$(os_abi)" 'UNIX - GNU'
  link -s $object.o -o program
  expect_equal "$(os_abi)" 'UNIX - System V'
done
link -x local.o -o program
expect_equal "$(os_abi)" 'UNIX - System V'
link --gc-sections unique.o -o program
expect_equal "$(os_abi)" 'UNIX - System V'
link retained.o -o program
expect_equal "$(os_abi)" 'UNIX - System V'
# The objects of other systems say so themselves, wherever they stand.
as -o plain.o <<<'.globl f; f: ret'
cp retained.o freebsd.o
printf '\x09' | dd of=freebsd.o bs=1 seek=7 conv=notrunc status=none
for order in 'plain.o freebsd.o' 'freebsd.o plain.o'; do
  link $order -o program
  expect_equal "$(os_abi)" 'UNIX - FreeBSD'
done
