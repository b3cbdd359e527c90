#!/usr/bin/env bash
# Call frame information of ELF objects becomes compact entries where these say the same, and stays what it is elsewhere.
# Only xld: no other linker makes Mach-O of ELF objects.
source "$(dirname "$0")/../lib.sh"

cat >in.s <<'END'
.globl main, needs_record
main: .cfi_startproc
  push %rbx
  .cfi_def_cfa_offset 16
  .cfi_offset %rbx, -16
  call needs_record
  pop %rbx
  .cfi_def_cfa_offset 8
  ret
  .cfi_endproc
framed: .cfi_startproc
  push %rbp
  .cfi_def_cfa_offset 16
  .cfi_offset %rbp, -16
  mov %rsp, %rbp
  .cfi_def_cfa_register %rbp
  call main
  pop %rbp
  .cfi_def_cfa %rsp, 8
  ret
  .cfi_endproc
needs_record: .cfi_startproc  # two calls, between which the stack pointer moves
  call main
  push $1
  .cfi_adjust_cfa_offset 8
  call main
  pop %rax
  .cfi_adjust_cfa_offset -8
  ret
  .cfi_endproc
END
run as --64 in.s -o in.o
link_it() { run "$scratch/bin/ld64.xld" --target=darwin-amd64 -e _main "$@" in.o && run "$XLD_VERIFY" "${@: -1}"; }
link_it -o plain
run llvm-objdump-19 --macho --unwind-info plain >unwind
expect_match '0x02020400' cat unwind
expect_match '0x01000000' cat unwind
expect_match '0x04000018' cat unwind
expect_equal "$(llvm-dwarfdump-19 --eh-frame plain | grep -c 'FDE cie')" 1
# All records stay if one asks for them, and for systems that have nothing else.
link_it -keep_dwarf_unwind -o kept
expect_equal "$(llvm-dwarfdump-19 --eh-frame kept | grep -c 'FDE cie')" 3
expect_match '0x02020400' llvm-objdump-19 --macho --unwind-info kept
link_it -platform_version macos 10.5 10.5 -o old
expect_equal "$(llvm-dwarfdump-19 --eh-frame old | grep -c 'FDE cie')" 3
# With -r both are kept, and the last link chooses as it would have without.
run "$scratch/bin/ld64.xld" --target=darwin-amd64 -r in.o -o joined.o
expect_equal "$(llvm-dwarfdump-19 --eh-frame joined.o | grep -c 'FDE cie')" 3
run "$scratch/bin/ld64.xld" --target=darwin-amd64 -e _main joined.o -o relinked
llvm-objdump-19 --macho --unwind-info plain | grep 'encoding\[' >once
llvm-objdump-19 --macho --unwind-info relinked | grep 'encoding\[' >twice
expect_equal "$(sed 's/offset=[^,]*//' twice)" "$(sed 's/offset=[^,]*//' once)"
run "$XLD_VERIFY" relinked
expect_equal "$(llvm-dwarfdump-19 --eh-frame relinked | grep -c 'FDE cie')" 1
