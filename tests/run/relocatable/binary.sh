#!/usr/bin/env bash
# -r -b binary makes an object of any file, for the usual machine or the one -m names.
source "$(dirname "$0")/../lib.sh"

printf 'hello\n' >data.txt
compile main.c <<'E'
#include <stdio.h>
extern char _binary_data_txt_start[], _binary_data_txt_end[];
int main(void) { fwrite(_binary_data_txt_start, 1, _binary_data_txt_end - _binary_data_txt_start, stdout); }
E
link -r -b binary data.txt -o data.o
expect_equal "$(contents data.o .data)" 68656c6c6f0a
expect_match ' _binary_data_txt_size$' nm data.o
gcc_link -static main.o data.o -o program
expect_output hello ./program
link -m elf_i386 -r -b binary data.txt -o data.o
expect_match 'Intel 80386' readelf -h data.o
# Beside objects, and in one command.
link -r main.o -b binary data.txt -o both.o
gcc_link -static both.o -o program
expect_output hello ./program
