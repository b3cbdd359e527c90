#!/usr/bin/env bash
# --image=bzimage: QEMU enters the real-mode part; the header says what other loaders need.
source "$(dirname "$0")/../qemu.sh"

build_kernel k
link_kernel k.img --image=bzimage k-start.o k-main.o
for machine in pc q35 microvm; do
  expect_boot 'the kernel runs, command line one two' $machine -kernel k.img -append 'one two'
done
# Where the image goes, and what it wants to be zero, is full of garbage before.
head -c 300000 /dev/zero | tr '\0' '\252' >garbage
expect_boot 'the kernel runs' pc -kernel k.img -device loader,file=garbage,addr=0x100000,force-raw=on
field() { od -An -v -t"u$3" -j"$(($2))" -N"$3" "$1" | tr -d ' '; }
expect_equal "$(field k.img 0x1f1 1) $(field k.img 0x206 2) $(field k.img 0x236 2)" "1 $((0x20f)) 1"
expect_equal "$(field k.img 0x214 4) $(field k.img 0x258 8)" "$((0x100000)) $((0x100000))"
size=$(stat -c %s k.img)
expect_equal $(((size - 1024) / 16)) "$(field k.img 0x1f4 4)"
# The file that comes along, and no file.
build_words
link_words words.img bzimage
printf 'a file' >file
for machine in pc microvm; do
  expect_boot 'one two, 63 MiB, 6 bytes that begin with 6120' $machine -kernel words.img -append 'one two' -initrd file
done
expect_boot 'one two, 63 MiB' q35 -kernel words.img -append 'one two'
