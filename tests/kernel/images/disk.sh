#!/usr/bin/env bash
# --image=disk boots from the BIOS' disks, whatever memory holds before; disk,poly is the same file as an ELF, too.
source "$(dirname "$0")/../qemu.sh"

build_kernel k
link_kernel k.img --image=disk k-start.o k-main.o
expect_equal "$(stat -c %s k.img)" $((1 << 20))
expect_equal "$(od -An -tx1 -j510 -N2 k.img)" ' 55 aa'
on() { echo "-drive file=$1,format=raw,if=$2,snapshot=on"; }
expect_boot 'the kernel runs' pc $(on k.img ide)
expect_boot 'the kernel runs' pc $(on k.img virtio)
expect_boot 'the kernel runs' q35 $(on k.img ide)
# Nobody else zeroes memory: the kernel's own pages are full of garbage before it is read.
head -c 300000 /dev/zero | tr '\0' '\252' >garbage
expect_boot 'the kernel runs' pc $(on k.img ide) -device loader,file=garbage,addr=0x100000,force-raw=on

# The padding is for firmware: 1008 sectors are the smallest disk that it reads by virtio and AHCI.
head -c $((1008 * 512)) k.img >small.img
expect_boot 'the kernel runs' pc $(on small.img virtio)
expect_boot 'the kernel runs' q35 $(on small.img ide)

link_kernel poly.img --image=disk,poly k-start.o k-main.o
verify poly.img
expect_boot 'the kernel runs' pc $(on poly.img ide)
expect_boot 'the kernel runs' microvm -kernel poly.img

# A size that is no whole number of reads, and more than one cylinder. (By IDE every word is a trap into QEMU: seconds.)
head -c 1234567 /dev/zero | tr '\0' 'x' >large
link_kernel large.img --image=disk --embed large=large k-start.o k-main.o
expect_equal $(($(stat -c %s large.img) % 512)) 0
expect_boot 'the kernel runs' pc $(on large.img virtio)
