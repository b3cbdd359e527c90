#!/usr/bin/env bash
# R_X86_64_NONE changes nothing; R_X86_64_DTPOFF64 in debug sections is the offset in the TLS block.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start
_start:	mov	$60, %eax
	xor	%edi, %edi
	.reloc	_start+1, R_X86_64_NONE, variable
	syscall
	.section .tdata,"awT",@progbits
	.quad	1
	.globl	variable
variable: .quad	2
	.section .debug_fake,"",@progbits
	.quad	variable@dtpoff
	.long	variable@dtpoff
EOF
link a.o -o program
expect_status 0 ./program
expect_output 080000000000000008000000 contents program .debug_fake
