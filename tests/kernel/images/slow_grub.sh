#!/usr/bin/env bash
# GRUB boots the Multiboot, Multiboot 2 and bzImage kernels by its commands for each.
source "$(dirname "$0")/../qemu.sh"
BOOT_SECONDS=200

build_kernel k
link_kernel k.elf --image=elf,multiboot k-start.o k-main.o
link_kernel k.bz --image=bzimage k-start.o k-main.o
for command in 'multiboot /k.elf' 'multiboot2 /k.elf' 'linux16 /k.bz' 'linux /k.bz'; do
  rm -rf tree && mkdir -p tree/boot/grub && cp k.elf k.bz tree
  printf 'set timeout=0\nterminal_output console\n%s\nboot\n' "$command" >tree/boot/grub/grub.cfg
  run grub-mkrescue -o k.iso tree >/dev/null 2>&1
  status=0
  qemu pc -cdrom k.iso >"$scratch/serial" 2>&1 || status=$?
  ((status == 33)) || fail "$command ended with $status: $(tail -c 2000 "$scratch/serial")"
  grep -q 'the kernel runs' "$scratch/serial" || fail "$command: $(tail -c 2000 "$scratch/serial")"
done
