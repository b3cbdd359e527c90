#!/usr/bin/env bash
# More than 65,279 sections: e_shnum and the symbols' section indices overflow into the extended forms.
source "$(dirname "$0")/../lib.sh"

{
  echo '.globl _start; _start: mov last(%rip), %edi; sub first(%rip), %edi; sub $65999, %edi; mov $60, %eax; syscall'
  for i in {0..65999}; do echo ".section .d.$i,\"aw\"; .long $i"; done
  echo '.section .d.0; .type first, @object; first = . - 4; .section .d.65999; last = . - 4'
} >many.s
run as many.s -o many.o
link many.o -o program
expect_status 0 ./program
link --gc-sections many.o -o program
expect_status 0 ./program
