#!/usr/bin/env bash
# --gc-sections keeps what the entry reaches through relocations, and what KEEP rules and SHF_GNU_RETAIN name.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start
	.section .text.start,"ax"
_start:	call	used
	mov	$60, %eax
	xor	%edi, %edi
	syscall
	.section .text.used,"ax"
used:	lea	table(%rip), %rax
	ret
	.section .text.unused,"ax"
unused:	call	only_from_unused
	.section .text.only,"ax"
only_from_unused: ret
	.section .data.table,"aw"
table:	.quad	through_data
	.section .rodata.x,"a"
through_data: .quad 1
	.section .text.retained,"axR"
retained: ret
	.section .init_array,"aw"
	.quad	from_init
	.section .text.init,"ax"
from_init: ret
	.section .preinit_array,"aw"
in_preinit: .quad 0
	.section .fini_array,"aw"
in_fini: .quad 0
	.section .note.mine,"a",@note
	.long	4, 4, 1
	.asciz	"abc"
	.long	0
EOF
link --gc-sections a.o -o program
expect_status 0 ./program
for name in used table through_data retained from_init in_preinit in_fini; do expect_match " $name\$" nm program; done
expect_no_match ' (unused|only_from_unused)$' nm program
has_section program .note.mine
link a.o -o everything
expect_match ' only_from_unused$' nm everything
link --gc-sections --no-gc-sections a.o -o everything
expect_match ' only_from_unused$' nm everything
