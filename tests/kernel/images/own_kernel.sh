#!/usr/bin/env bash
# The example of twenty lines, linked without the runtime into every kind that a machine here starts by itself.
source "$(dirname "$0")/../qemu.sh"

compile kernel.S <"$lib_directory/../../examples/kernel/kernel.S"
hello='hello from a kernel of its own'
on() { echo "-drive file=kernel.img,format=raw,if=$1,snapshot=on"; }
for kind in elf bzimage disk,poly; do
  link_kernel kernel.img --image=$kind kernel.o
  for machine in pc q35 microvm; do expect_boot "$hello" $machine -kernel kernel.img; done
done
for kind in disk disk,poly; do
  link_kernel kernel.img --image=$kind kernel.o
  for machine in pc q35; do expect_boot "$hello" $machine $(on ide); done
done
link_kernel kernel.img --image=elf,multiboot kernel.o
for machine in pc q35; do expect_boot "$hello" $machine -kernel kernel.img; done
