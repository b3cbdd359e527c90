#!/usr/bin/env bash
# General-dynamic, local-dynamic and descriptor sequences written by hand, run with a thread pointer of our own.
source "$(dirname "$0")/../lib.sh"

compile main.s <<'EOF'
	.include "exit.inc"
	.globl	_start
_start:	mov	$158, %eax		# arch_prctl(ARCH_SET_FS, thread_block)
	mov	$0x1002, %edi
	mov	$thread_block, %esi
	syscall
	data16 lea variable@tlsgd(%rip), %rdi
	.value	0x6666
	rex64 call __tls_get_addr@PLT
	cmp	$thread_block-8, %rax
	exit_unless_equal 1
	data16 lea variable@tlsgd(%rip), %rdi
	.byte	0x66
	rex64 call *__tls_get_addr@GOTPCREL(%rip)
	cmp	$thread_block-8, %rax
	exit_unless_equal 2
	lea	variable@tlsld(%rip), %rdi
	call	__tls_get_addr@PLT
	lea	variable@dtpoff(%rax), %rcx
	cmp	$thread_block-8, %rcx
	exit_unless_equal 3
	lea	variable@tlsld(%rip), %rdi
	call	*__tls_get_addr@GOTPCREL(%rip)
	movabs	$variable@dtpoff, %rcx
	add	%rax, %rcx
	cmp	$thread_block-8, %rcx
	exit_unless_equal 4
	lea	variable@tlsdesc(%rip), %rax
	call	*variable@tlscall(%rax)
	add	%fs:0, %rax
	cmp	$thread_block-8, %rax
	exit_unless_equal 5
	exit	$0
	.section .tbss,"awT",@nobits
	.balign	8
variable: .quad	0
	.data
	.balign	8
	.quad	0
thread_block: .quad thread_block
EOF
link main.o -o program
expect_status 0 ./program
