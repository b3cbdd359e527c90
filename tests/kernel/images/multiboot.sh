#!/usr/bin/env bash
# --image=elf,multiboot: QEMU finds the Multiboot header before the PVH note and loads the ELF64 file by its address fields.
source "$(dirname "$0")/../qemu.sh"

build_kernel k
link_kernel k.elf --image=elf,multiboot k-start.o k-main.o
verify k.elf
for machine in pc q35; do
  expect_boot 'the kernel runs, command line k.elf one' $machine -kernel k.elf -append one
done
# The magic number stands in the first 8 KiB, that of Multiboot 2 in the first 32; the three words add up to zero.
offset=$(section k.elf .multiboot offset)
((offset < 8192 - 48)) || fail "the header is at $offset"
words=($(od -An -v -tu4 -j"$offset" -N96 k.elf))
expect_equal "$(printf %x ${words[0]})" 1badb002
expect_equal $(((words[0] + words[1] + words[2]) & 0xffffffff)) 0
expect_equal "${words[3]} ${words[4]}" "$(section k.elf .multiboot address) $((0x100000))"
expect_equal "$(printf %x ${words[8]})" e85250d6
expect_equal $(((words[8] + words[9] + words[10] + words[11]) & 0xffffffff)) 0
# The file that comes along.
build_words
link_words words.elf elf,multiboot
printf 'a file' >file
expect_boot 'words.elf one, 63 MiB, 6 bytes that begin with 6120' pc -kernel words.elf -append one -initrd file
