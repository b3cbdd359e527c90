#!/usr/bin/env bash
# i386 code that names GOT slots by their addresses, without a base register: right where the output has its place, an
# error where it may be loaded anywhere. 16-bit distances wrap around at the end of memory.
source "$(dirname "$0")/../lib.sh"

compile lib.c -m32 -fPIC <<<'int f(void) { return 7; } _Thread_local int t = 3;'
gcc_link -m32 -shared lib.o -o libf.so
compile main.s -m32 <<'END'
	.globl	main
main:	call	*f@GOT
	mov	t@INDNTPOFF, %ecx
	sub	%gs:(%ecx), %eax
	ret
	.section .note.GNU-stack
END
gcc_link -m32 -no-pie main.o libf.so -Wl,-rpath,. -o program
expect_status 4 ./program
expect_fail 'R_386_GOT32X cannot be used against symbol .f.; recompile with -fPIC' \
  'R_386_TLS_IE cannot be used against symbol .t.; recompile with -fPIC' -- -m elf_i386 -shared main.o libf.so -o main.so
compile distance.s -m32 <<'END'
	.code16
	.globl _start
_start:	jmp	0xe000
END
NO_VERIFY=1 link -m elf_i386 -Ttext 0xfffffff0 distance.o -o program
expect_match 'jmp +(0x)?ffffe000' objdump -d -m i8086 program
