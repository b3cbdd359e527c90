#!/usr/bin/env bash
# --load-address apart from --image-base: a kernel that runs at high addresses; and one that is loaded elsewhere.
source "$(dirname "$0")/../qemu.sh"

build_kernel high -DOFFSET=0xffffffff80000000 -mcmodel=kernel
link_kernel high.elf --image=elf --image-base=0xffffffff80200000 --load-address=0x200000 high-start.o high-main.o
verify high.elf
expect_equal "$(segment high.elf LOAD address) $(segment high.elf LOAD physical)" '0xffffffff80200000 0x0000000000200000'
expect_match 'Entry point address: +0x20[0-9a-f]{4}$' readelf -hW high.elf
expect_boot 'the kernel runs' microvm -kernel high.elf

build_kernel low
link_kernel low.elf --image=elf --load-address=3M low-start.o low-main.o
expect_equal "$(segment low.elf LOAD address) $(segment low.elf LOAD physical)" '0x0000000000300000 0x0000000000300000'
expect_boot 'the kernel runs' q35 -kernel low.elf
