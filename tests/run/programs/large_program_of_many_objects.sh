#!/usr/bin/env bash
# Some hundred objects and an archive of them: counts and order survive.
source "$(dirname "$0")/../lib.sh"

for ((i = 0; i < 120; i++)); do
  echo ".globl f$i; .section .text.f$i,\"ax\"; f$i: lea $i(%rdi), %rax; ret" >f$i.s
  echo ".section .init_array,\"aw\"; .quad g$i; .text; g$i: incl total(%rip); ret" >>f$i.s
done
as_all() { for ((i = 0; i < 120; i++)); do as --noexecstack f$i.s -o f$i.o; done; }
run bash -c "$(declare -f as_all); as_all"
{
  echo '#include <stdio.h>'
  echo 'int total;'
  for ((i = 0; i < 120; i++)); do echo "long f$i(long);"; done
  echo 'int main() { long x = 0;'
  for ((i = 0; i < 120; i++)); do echo "x = f$i(x);"; done
  echo 'printf("%ld %d\n", x, total); return 0; }'
} | compile main.c
gcc_link -static main.o f?.o f??.o f1??.o -o program
expect_output '7140 120' ./program
ar rcs libf.a f*.o
gcc_link -static main.o libf.a -o program
expect_output '7140 120' ./program
