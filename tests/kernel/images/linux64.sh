#!/usr/bin/env bash
# The 64-bit entries: e_entry of ELF images and that of bzImages, entered by a loader of our own (linux_loader.c).
source "$(dirname "$0")/../qemu.sh"

images=$lib_directory/../kernel/images
compile loader-start.S -fno-pic <"$images/start.S"
compile loader.c -O1 -ffreestanding -fno-pic -mno-red-zone -fno-stack-protector -fcf-protection=none <"$images/linux_loader.c"
link_kernel loader --image=elf --load-address=32M loader-start.o loader.o
load() { expect_boot "$1" "$2" -kernel loader -initrd "$3" -append 'one two'; }

build_kernel k
for kind in elf elf,multiboot disk,poly bzimage; do
  link_kernel k.img --image=$kind k-start.o k-main.o
  load 'the kernel runs, command line one two' microvm k.img
done
# Page tables above 4 GiB, where 32-bit code cannot even name them.
MEMORY=5G MEMORY_SIZE=5368709120
build_kernel large
for kind in elf bzimage; do
  link_kernel k.img --image=$kind large-start.o large-main.o
  load 'the kernel runs, command line one two' pc k.img
done

# What the protocol hands over reaches programs of the runtime.
build_words
MEMORY=64M
for kind in elf bzimage; do
  link_words k.img $kind
  load "one two, 63 MiB, $(stat -c %s k.img) bytes that begin with $(head -c 2 k.img | od -An -tx1 | tr -d ' ')" pc k.img
done
