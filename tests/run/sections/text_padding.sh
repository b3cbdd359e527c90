#!/usr/bin/env bash
# The gaps between code of different objects are filled with what can be executed: one-byte or longer nops, or int3.
source "$(dirname "$0")/../lib.sh"

for i in 1 2 3; do echo ".globl f$i; .p2align 6; f$i: .byte 0x90" | as -o $i.o; done
echo '.globl _start; _start: ret' | as -o main.o
link main.o 1.o 2.o 3.o -o program
expect_no_match '0{16}' contents program .text
