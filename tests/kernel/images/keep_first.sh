#!/usr/bin/env bash
# --keep-first puts a function to the start of a flat image; --embed brings files along; numbers of the image are symbols.
source "$(dirname "$0")/../qemu.sh"

compile k.s <<'EOS'
	.section .text.other, "ax"
	.globl _start
_start:	.byte 0x11
	.section .text.header, "ax"
	.globl header
header:	.byte 0x22, 0x33
	.data
	.quad __image_size, __image_sectors, __image_load_start, __image_load_end, __image_entry
	.quad picture, picture_end, picture_size
EOS
printf 'twelve bytes' >picture.bin
link_kernel k.bin --image=flat --load-address=2M --keep-first=header --embed picture=picture.bin,section=pictures,align=64 k.o
expect_equal "$(head -c 2 k.bin | od -An -tx1)" ' 22 33'
link_kernel k.elf --image=elf --load-address=2M --keep-first=header --embed picture=picture.bin,section=pictures,align=64 k.o
verify k.elf
expect_equal $(($(symbol k.elf picture) % 64)) 0
offset=$(($(section k.elf pictures offset) + $(symbol k.elf picture) - $(section k.elf pictures address)))
expect_equal "$(tail -c +$((offset + 1)) k.elf | head -c 12)" 'twelve bytes'
numbers=($(od -An -v -tu8 -j"$(section k.elf .data offset)" -N64 k.elf))
expect_equal "${numbers[1]}" $(((numbers[0] + 511) / 512))
expect_equal "${numbers[2]} ${numbers[3]}" "$((2 << 20)) $(((2 << 20) + numbers[0]))"
expect_equal "${numbers[4]}" "$(($(symbol k.elf _start)))"
expect_equal "$((numbers[6] - numbers[5])) ${numbers[7]}" '12 12'
expect_fail 'keep-first=nobody: the symbol is not defined' -- --target=none-amd64 --nostdrt --image=flat --keep-first=nobody --embed picture=picture.bin k.o -o x
compile zeros.s <<'EOS'
	.globl _start
_start:	ret
	.bss
	.globl zeros
zeros:	.skip 16
EOS
expect_fail 'keep-first=zeros: it is in .bss, which has no contents' -- --target=none-amd64 --nostdrt --image=flat --keep-first=zeros zeros.o -o x
