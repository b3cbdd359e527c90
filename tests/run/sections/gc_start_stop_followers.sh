#!/usr/bin/env bash
# A section that describes another (SHF_LINK_ORDER) lives and dies with that: __start_ of its name does not keep it, and
# one that is not loaded lives with what is not loaded.
source "$(dirname "$0")/../lib.sh"

CC=clang-19 compile a.s <<'E'
.globl _start
_start: lea __start_notes(%rip), %rax
call used
.section .text.used,"ax",@progbits
used: ret
.section .text.unused,"ax",@progbits
unused: ret
.section notes,"ao",@progbits,.text.used
.long 1
.section notes,"ao",@progbits,.text.unused
.long 2
.section .about,"",@progbits
.long 3
.section .about_that,"o",@progbits,.about
.long 4
E
link --gc-sections -z nostart-stop-gc a.o -o program
expect_match '^ *0x[0-9a-f]+ 01000000 *\.' readelf -x notes program
expect_match 04000000 readelf -x .about_that program
