#!/usr/bin/env bash
# A C program with the runtime that xld finds by itself, as every kind of image, on every machine it can boot.
source "$(dirname "$0")/../qemu.sh"

compile hello.c -O2 -ffreestanding -fno-pic -mno-red-zone -fno-stack-protector <<'EOS'
long xrt_write(int fd, const void *buffer, unsigned long size);
int main(void) { return xrt_write(1, "hello, bare world\n", 18) != 18; }
EOS
build() { run "$XLD" --target=none-amd64 --gc-sections --image="$1" -o hello.img hello.o; }
on() { echo "-drive file=hello.img,format=raw,if=$1,snapshot=on"; }
for kind in elf disk,poly bzimage; do
  build $kind
  for machine in pc q35 microvm; do expect_boot 'hello, bare world' $machine -kernel hello.img; done
done
build elf,multiboot
for machine in pc q35; do expect_boot 'hello, bare world' $machine -kernel hello.img; done
for kind in disk disk,poly; do
  build $kind
  expect_boot 'hello, bare world' pc $(on ide)
  expect_boot 'hello, bare world' q35 $(on ide)
done

# Compiled as compilers do by themselves: position-independent, with whatever protection is their default.
cp hello.c plain.c
for compiler in gcc clang-19; do
  run $compiler -O2 -ffreestanding -c plain.c -o hello.o
  for kind in elf bzimage; do
    build $kind
    expect_boot 'hello, bare world' microvm -kernel hello.img
  done
done
