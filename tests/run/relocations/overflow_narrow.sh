#!/usr/bin/env bash
# 32-, 16- and 8-bit fields are checked; what fits as signed or as unsigned is accepted where the ABI leaves it open.
source "$(dirname "$0")/../lib.sh"

check() { # check DIRECTIVE VALUE TYPE…
  echo ".globl _start; _start: nop; .data; .zero 3; $1 value" | as -o a.o
  if [[ $3 == fits ]]; then
    NO_VERIFY=1 link a.o "--defsym=value=$2" -o program
  else
    expect_fail 'value' '\.data\+0x3' "$3" -- a.o "--defsym=value=$2" -o program
  fi
}
check .long 0xffffffff fits
check .long 0x100000000 R_X86_64_32
check .long -1 R_X86_64_32
check .short 0xffff fits
check .short 0x10000 R_X86_64_16
check .byte 255 fits
check .byte 256 R_X86_64_8
check .short -65536 fits
check .short -65537 R_X86_64_16
check .byte -256 fits
check .byte -257 R_X86_64_8
echo '.globl _start; _start: mov $value, %rax' | as -o signed.o
NO_VERIFY=1 link signed.o --defsym=value=0x7fffffff -o program
expect_fail 'value' 'R_X86_64_32S' -- signed.o --defsym=value=0x80000000 -o program
