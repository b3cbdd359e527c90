#!/usr/bin/env bash
# An i386 object in an x86-64 link, also as a member of an archive, and objects of other machines and byte orders.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	call function'
echo '.globl function; function: ret' | as --32 -o b.o
run ar rcs lib.a b.o
expect_fail 'b\.o' 'i386|incompatible|machine' -- a.o b.o -o program
expect_fail 'b\.o|lib\.a' -- a.o lib.a -o program
expect_fail 'a\.o' -- -m elf_i386 a.o -o program
for target in aarch64-linux-gnu powerpc64-linux-gnu; do
  echo 'int function(void) { return 0; }' | clang-19 -target $target -c -x c - -o c.o
  expect_fail 'c\.o' -- a.o c.o -o program
done
echo 'int function(void) { return 0; }' | clang-19 -target x86_64-apple-macos10.15 -c -x c - -o macho.o
expect_fail 'macho\.o' -- a.o macho.o -o program
# Machines that cannot be linked for have names all the same.
echo 'int function(void) { return 0; }' | clang-19 -target riscv64-linux-gnu -c -x c - -o c.o
expect_fail 'c\.o.*(RISC-V|EM: 243|incompatible)' -- a.o c.o -o program
expect_fail 'c\.o.*(RISC-V|EM: 243|incompatible)' -- c.o -o program
printf '\x39\x30' | dd of=c.o bs=1 seek=18 conv=notrunc status=none
expect_fail 'c\.o.*(12345|0x3039|incompatible|format)' -- c.o -o program
