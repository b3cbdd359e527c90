#!/usr/bin/env bash
# Entries of __unwind_info. Functions whose frames are as large as an instruction of theirs says have entries of their
# own, even if they are written alike; what encodings there are stands in the table for all pages; data among which there
# are instructions has no entry.
# Only xld: of the proving linkers none has the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

XLD=$scratch/bin/ld64.xld
cat >in.s <<'SOURCE'
.globl _main, _second, _third, _fourth
_main: .cfi_startproc
  subq $3272, %rsp
  .cfi_def_cfa_offset 3280
  addq $3272, %rsp
  retq
  .cfi_endproc
_second: .cfi_startproc
  subq $2568, %rsp
  .cfi_def_cfa_offset 2576
  addq $2568, %rsp
  retq
  .cfi_endproc
_third: .cfi_startproc
  .cfi_def_cfa_offset 16
  retq
  .cfi_endproc
_fourth: .cfi_startproc
  .cfi_def_cfa_offset 16
  retq
  .cfi_endproc
.data
.globl _among_data
_among_data: retq
.subsections_via_symbols
SOURCE
run llvm-mc-19 -filetype=obj -triple=x86_64-apple-macos10.15 -emit-compact-unwind-non-canonical=true in.s -o in.o
run "$XLD" -arch x86_64 -platform_version macos 10.15 10.15 -undefined dynamic_lookup in.o -o out
run "$XLD_VERIFY" out
run llvm-objdump-19 --macho --unwind-info out >unwind
expect_equal "$(grep -c 'encoding\[0\]=0x03032000' unwind)" 2
expect_equal "$(grep -c 'function offset=.*encoding' unwind)" 3
expect_match 'Common encodings: \(count = 2\)' cat unwind
expect_match 'Top level indices: \(count = 2\)' cat unwind
