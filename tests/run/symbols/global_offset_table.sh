#!/usr/bin/env bash
# _GLOBAL_OFFSET_TABLE_ exists when it is referred to, even if there is no other GOT entry.
source "$(dirname "$0")/../lib.sh"

for machine in 64 32; do
  [[ $machine == 64 ]] && text='lea _GLOBAL_OFFSET_TABLE_(%rip), %rax' || text='mov $_GLOBAL_OFFSET_TABLE_, %eax'
  echo ".globl _start; _start: $text; mov \$1, %eax; xor %ebx, %ebx; int \$0x80" | as --$machine -o a.o
  [[ $machine == 64 ]] && emulation=elf_x86_64 || emulation=elf_i386
  link -m $emulation a.o -o program
  expect_status 0 ./program
  expect_match '_GLOBAL_OFFSET_TABLE_' nm program
done
