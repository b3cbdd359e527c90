#!/usr/bin/env bash
# A reference from outside the group to a local symbol of a dropped group is an error that names the section and both
# files; from debug sections it is no error.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start, f
_start:	ret
	.section .text.f,"axG",@progbits,f,comdat
f:	nop
EOF
compile b.s <<'EOF'
	.globl	f, g
g:	call	local_of_f
	.section .text.f,"axG",@progbits,f,comdat
f:	nop
local_of_f: ret
EOF
expect_fail 'local_of_f|\.text\.f' 'discarded' 'b\.o' -- a.o b.o -o program
compile c.s <<'EOF'
	.section .text.f,"axG",@progbits,f,comdat
	.globl	f
f:	nop
.Llocal: ret
	.section .debug_info,"",@progbits
	.quad	.Llocal
EOF
link a.o c.o -o program
