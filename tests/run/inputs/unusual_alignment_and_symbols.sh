#!/usr/bin/env bash
# Objects without a symbol table, with only local symbols, with an empty .text, and with a symbol at a section's end.
source "$(dirname "$0")/../lib.sh"

echo '.globl _start, end_of_data; _start: mov $end_of_data, %edi; sub $data, %edi; sub $3, %edi; mov $60, %eax; syscall
.data
.globl data
data: .byte 1, 2, 3
end_of_data:' | as -o main.o
echo 'local: .long local' | as -o local.o
echo | as -o empty.o
echo '.data; .byte 1' | as -o stripped.o && run strip --strip-all stripped.o
link main.o local.o empty.o stripped.o -o program
expect_status 0 ./program
