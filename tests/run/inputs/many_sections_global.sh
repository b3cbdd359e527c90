#!/usr/bin/env bash
# Global symbols, COMDAT groups and relocations also work across the extended section indices.
source "$(dirname "$0")/../lib.sh"

python3 - >many.s <<'EOF'
print(".globl _start\n_start: xor %edi, %edi")
for i in range(0, 70000, 7000):
    print(f" add g{i}(%rip), %edi")
print(" sub $315000, %edi; mov $60, %eax; syscall")
for i in range(70000):
    print(f'.section .d{i},"aw"\n.long {i}' if i % 7000 else f'.globl g{i}\n.section .d{i},"aw"\ng{i}: .long {i}')
print('.section .text.f,"axG",@progbits,f,comdat\n.globl f\nf: ret')
EOF
run as many.s -o many.o
echo '.section .text.f,"axG",@progbits,f,comdat; .globl f; f: nop; ret' | as -o other.o
link many.o other.o -o program
expect_status 0 ./program
