#!/usr/bin/env bash
# -m elf_i386 and elf_x86_64; without -m the first object decides.
source "$(dirname "$0")/../lib.sh"

echo '.globl _start; _start: mov $1, %eax; mov $4, %ebx; int $0x80' >a.s
run as --32 a.s -o a32.o
run as --64 a.s -o a64.o
for options in '-m elf_i386 a32.o' 'a32.o' '-m elf_x86_64 a64.o' 'a64.o'; do
  link $options -o program || continue
  expect_status 4 ./program
done
expect_match 'ELF32' bash -c "'$XLD' -m elf_i386 a32.o -o p && readelf -h p"
# FreeBSD's kernel runs what is branded as its own.
for emulation in elf_amd64_fbsd elf_x86_64_fbsd; do
  expect_match 'OS/ABI: *UNIX - FreeBSD' bash -c "'$XLD' -m $emulation a64.o -o p && readelf -h p"
done
