#!/usr/bin/env bash
# A reference into a group that lost names the group and the file whose copy prevailed.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start, f
_start:	ret
	.section .text.f,"axG",@progbits,f,comdat
f:	nop
EOF
compile b.s <<'EOF'
	.globl	f, only_here
g:	nop
	call	only_here
	.section .text.f,"axG",@progbits,f,comdat
f:	nop
only_here: ret
EOF
# Only xld: the text is ours where it goes beyond lld's.
expect_fail 'undefined symbol: only_here' 'defined in b\.o:\(\.text\.f\+0x1\), but that section was discarded' -- a.o b.o \
  -o program
compile c.s <<'EOF'
	call	local
	.section .text.f,"axG",@progbits,f,comdat
f:	nop
local:	ret
EOF
expect_fail 'c\.o:\(\.text\+0x1\).* in a discarded section: \.text\.f' 'group signature: f' \
  'prevailing definition is in a\.o' -- a.o c.o -o program

# A name that only the copy defines which was not taken is an error, although it is weak or the output a library.
compile d.s <<'EOF'
	.globl _start
_start:	ret
	.section .text.f,"axG",@progbits,f,comdat
	.weak f
f:	ret
EOF
compile e.s <<'EOF'
	call	more@plt
	.section .text.f,"axG",@progbits,f,comdat
	.weak f, more
f:	ret
more:	ret
EOF
for kind in -shared -pie -static; do
  expect_fail 'undefined symbol: more|symbol in a discarded section: more' 'group signature: f' 'prevailing definition is in d\.o' -- \
    $kind d.o e.o -o program
done
