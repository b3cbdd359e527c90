#!/usr/bin/env bash
# Too little memory is an error like any other: status 1, a message, no output.
# Only xld: the others abort.
source "$(dirname "$0")/../lib.sh"

for i in {1..20}; do echo ".section .text.f$i,\"ax\"; .globl f$i; f$i: .fill 300000, 1, $i" | as -o $i.o; done
echo '.globl _start; _start: ret' | as -o main.o
starve program "$XLD" --threads=1 main.o {1..20}.o -o program
