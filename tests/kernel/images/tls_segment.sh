#!/usr/bin/env bash
# -z tls-seg=gs: accesses through FS become accesses through GS, sequences that are shortened as well.
source "$(dirname "$0")/../qemu.sh"

compile k.s <<'EOS'
	.globl _start
_start:	mov %fs:x@tpoff, %eax
	movq $1, %fs:x@tpoff(,%rcx,8)
	movzbl %fs:x@tpoff+1, %r9d
	movss %xmm1, %fs:x@tpoff
	mov %fs:0, %r10
	lea x@tpoff(%r10), %rax
	.byte 0x66
	leaq x@tlsgd(%rip), %rdi
	.value 0x6666
	rex64
	call __tls_get_addr@plt
	mov %fs:8, %rax
	ret
	.section .tbss, "awT", @nobits
	.globl x
x:	.quad 0
EOS
link_kernel k.elf --image=elf -z tls-seg=gs k.o
expect_equal "$(disassemble k.elf _start | sed 's/.*%\([fg]s\):.*/\1/' | grep -x '[fg]s' | tr '\n' ' ')" 'gs gs gs gs gs gs fs '
compile ie.s <<'EOS'
	.globl _start
_start:	mov x@gottpoff(%rip), %rax
	mov %fs:(%rax), %eax
	.section .tbss, "awT", @nobits
x:	.quad 0
EOS
expect_fail 'compile with -ftls-model=local-exec' -- --target=none-amd64 --nostdrt --image=elf -z tls-seg=gs ie.o -o k.elf
