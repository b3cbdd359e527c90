#!/usr/bin/env bash
# -r writes more sections than a symbol's 16 bits can name, and reads them again.
source "$(dirname "$0")/../lib.sh"

{
  for ((i = 0; i < 33000; i++)); do
    echo ".section .text.f$i,\"ax\",@progbits; f$i: call f$(((i + 1) % 33000)); ret"
  done
  echo '.globl _start; _start: mov $60, %eax; mov $7, %edi; syscall'
  echo '.globl last; last: call f32999'
} | compile a.s
compile b.s <<<'.globl other; other: call last; .section .text.f1, "ax"; nop'
link -r a.o b.o -o both.o
expect_match '^There are 660[0-9][0-9] section headers' readelf -SW both.o
expect_match 'SYMTAB SECTION INDICES|SYMTAB_SHNDX' readelf -SW both.o
expect_match ' LOCAL +DEFAULT +[0-9]+ f32999$' readelf -sW both.o
expect_equal "$(readelf -sW both.o | awk '$8 == "f32999" { print $7 }')" "$(readelf -SW both.o | sed -n 's/^ *\[ *\([0-9]*\)\] \.text\.f32999 .*/\1/p')"
link both.o -o program
expect_status 7 ./program
