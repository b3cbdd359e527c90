#!/usr/bin/env bash
# The same for i386 objects, whose 16- and 8-bit relocations keep their addends in the code.
source "$(dirname "$0")/../lib.sh"

compile boot.s -m32 <<'EOF'
	.code16
	.globl	_start
_start:	mov	$message+1, %si
	call	other
	movb	$low_byte+1, %al
	hlt
message: .asciz	"xboot"
EOF
compile other.s -m32 <<<'	.code16
	.globl other
other:	ret'
link -m elf_i386 -Ttext=0x7c00 --oformat=binary --defsym=low_byte=0x59 boot.o other.o -o boot.bin
address=$(od -An -tu2 -j1 -N2 boot.bin | tr -d ' ')
expect_equal "$(tail -c +$((address - 0x7c00 + 1)) boot.bin | head -c 4)" boot
expect_match 'b0 5a f4' od -An -v -tx1 -w512 boot.bin
call=$(od -An -td2 -j4 -N2 boot.bin | tr -d ' ')
expect_equal "$(tail -c +$((6 + call + 1)) boot.bin | head -c 1 | od -An -tx1 | tr -d ' ')" c3
