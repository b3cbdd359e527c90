#!/usr/bin/env bash
# The same bytes at any number of threads, and in another directory.
source "$(dirname "$0")/../qemu.sh"

build_kernel k
mkdir elsewhere
for kind in elf elf,multiboot disk disk,poly efi esp bzimage flat hex srec; do
  link_kernel one --image=$kind --build-id=sha1 --threads=1 k-start.o k-main.o
  link_kernel elsewhere/four --image=$kind --build-id=sha1 --threads=4 k-start.o k-main.o
  run cmp one elsewhere/four
done
