#!/usr/bin/env bash
# The example of twenty lines, linked without the runtime.
source "$(dirname "$0")/../qemu.sh"

compile kernel.S <"$lib_directory/../../examples/kernel/kernel.S"
link_kernel kernel.img --image=elf kernel.o
expect_boot 'hello from a kernel of its own' microvm -kernel kernel.img
