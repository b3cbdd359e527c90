#!/usr/bin/env bash
# What cannot be a kernel: each message names the number that is too large, or what is not allowed.
source "$(dirname "$0")/../qemu.sh"

compile k.s <<'EOS'
	.globl _start
_start:	hlt
	.data
	.zero 5000
EOS
refuse() { expect_fail "$1" -- --target=none-amd64 --nostdrt "${@:2}" k.o -o k.img; }
refuse 'load-address=0x100010: is 0x10 bytes behind a multiple' --image=elf --load-address=0x100010
refuse 'image-base=0x123: is 0x123 bytes behind a multiple of the page size, 0x1000' --image=elf --image-base=0x123
refuse 'load-address=0x100000: is 0x100000 bytes behind a multiple of the page size, 0x200000' --image=disk \
  -z max-page-size=2M
refuse 'section .data, 0x1388 bytes at 0x0, is beyond the last address' --image=elf \
  --image-base=0xffffffffffffe000 --load-address=1M
refuse 'section .data at 0x101800, 0x1388 bytes, overlaps section .text at 0x102000 by 0xb88 bytes' --image=elf \
  --section-start=.text=0x102000 --section-start=.data=0x101800
refuse 'overlaps section .text at 0x101000 by 0x388 bytes' --image=flat --section-start=.text=0x101000 --section-start=.data=0x100000
refuse 'load address 0x8000 is below the image' --image=flat --section-start=.data=0x8000
refuse 'ends at physical address 0x10000[0-9a-f]+, 0x[0-9a-f]+ bytes beyond 0x100000000' --image=elf --load-address=0xfffff000
refuse 'beyond 0xc0000000' --image=disk --load-address=0xc0000000
refuse 'loaders put it to 0x100000, not to 0x200000' --image=bzimage --load-address=2M
refuse 'nonsense' --image=nonsense
refuse '-pie with --image: nobody applies dynamic relocations' --image=elf -pie
refuse '-shared with --image' --image=elf -shared
refuse 'there is no /lib/ld.so to interpret a kernel' --image=elf --dynamic-linker=/lib/ld.so
refuse 'emit-relocs with --image: bzimage holds nothing but what is loaded' --image=bzimage --emit-relocs
refuse 'oformat with --image' --image=elf --oformat=binary
expect_fail 'for x86-64 without an operating system' -- --target=linux-amd64 --nostdrt --image=elf k.o -o k.img
compile ifunc.s <<'EOS'
	.globl _start
_start:	call chosen
	.type chosen, @gnu_indirect_function
	.globl chosen
chosen:	ret
EOS
expect_fail '1 dynamic relocation .R_X86_64_IRELATIVE' -- --target=none-amd64 --nostdrt --image=elf ifunc.o -o k.img
compile interpreted.s <<'EOS'
	.globl _start
_start:	ret
	.section .interp, "a"
	.asciz "/lib/ld.so"
EOS
expect_fail 'section .interp, 11 bytes, asks for an interpreter' -- --target=none-amd64 --nostdrt --image=elf interpreted.o -o k.img
compile imported.c -fPIC <<<'int imported(void) { return 1; }'
run gcc -shared imported.o -o libimported.so
compile importing.s <<'EOS'
	.globl _start
_start:	call imported
EOS
expect_fail 'static link of dynamic object libimported.so' -- --target=none-amd64 --nostdrt --image=elf importing.o libimported.so -o k.img
