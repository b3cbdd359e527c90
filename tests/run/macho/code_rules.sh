#!/usr/bin/env bash
# Functions without an unwind entry in a section that is not cut do not look like the function before them; static probes
# of <sys/sdt.h>; loads that cannot reach where they should, thread-local accesses to ordinary variables.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

XLD=$scratch/bin/ld64.xld
common=(-platform_version macos 11.0 11.0 -dylib)
assemble() { run clang-19 -target "${2:-x86_64}-apple-macos11" -x assembler -c - -o "$1"; }
assemble gaps.o <<'EOT'
.globl _with, _without
_with:
  .cfi_startproc
  pushq %rbp
  .cfi_def_cfa_offset 16
  .cfi_offset %rbp, -16
  movq %rsp, %rbp
  .cfi_def_cfa_register %rbp
  popq %rbp
  retq
  .cfi_endproc
_without: retq
EOT
run "$XLD" -arch x86_64 gaps.o "${common[@]}" -o out
run "$XLD_VERIFY" out
expect_match 'encoding\[[0-9]+\]=0x01000000' llvm-objdump-19 --macho --unwind-info out
expect_match 'encoding\[[0-9]+\]=0x00000000' llvm-objdump-19 --macho --unwind-info out

assemble probes.o <<<$'.globl _probed\n_probed: call ___dtrace_isenabled$Foo$added$v1\ncall ___dtrace_probe$Foo$added$v1$69\nret'
run "$XLD" -arch x86_64 probes.o "${common[@]}" -o out
expect_match '33 c0.*xorl' llvm-objdump-19 --macho -d out
expect_match '0f 1f 40 00.*nopl' llvm-objdump-19 --macho -d out
expect_no_match dtrace llvm-nm-19 out
assemble probes.o <<<$'.globl _probed\n_probed: jne ___dtrace_probe$Foo\nret'
expect_fail 'neither call nor jmp refers to a probe; it has to be a call' -- -arch x86_64 probes.o "${common[@]}" -o out2
assemble probes.o arm64 <<<$'.globl _probed\n_probed: bl ___dtrace_isenabled$Foo\nbl ___dtrace_probe$Foo\nb ___dtrace_probe$Foo'
run "$XLD" -arch arm64 probes.o "${common[@]}" -o out
run "$XLD_VERIFY" out
for code in 'mov.*x0, #0' nop ret; do expect_match "$code" llvm-objdump-19 --macho -d out; done
assemble probes.o arm64 <<<$'.globl _probed\n_probed: b ___dtrace_isenabled$Foo'
expect_fail 'has no room for an answer' -- -arch arm64 probes.o "${common[@]}" -o out2

assemble odd.o arm64 <<<$'.globl _f\n_f: adrp x0, _odd@PAGE\nldr x0, [x0, _odd@PAGEOFF]\n.data\n.byte 0\n_odd: .quad 1'
expect_fail '64-bit LDR/STR to 0x[0-9A-F]+ \(_odd\) is not 8-byte aligned; align' -- \
  -arch arm64 odd.o "${common[@]}" -o out2
assemble tlv.o <<<$'.globl _f\n_f: movq _plain@TLVP(%rip), %rax\n.data\n_plain: .quad 1'
expect_fail 'TLV relocation requires that symbol .* be thread-local' -- \
  -arch x86_64 tlv.o "${common[@]}" -o out2
# The same of a library's, which says what its names are.
assemble plain.o <<<$'.globl _plain\n.data\n_plain: .quad 1'
run "$XLD" -arch x86_64 plain.o "${common[@]}" -dylib -o libplain.dylib
assemble user.o <<<$'.globl _f\n_f: movq _plain@TLVP(%rip), %rax'
expect_fail 'TLV relocation requires that symbol _plain be thread-local' -- \
  -arch x86_64 user.o libplain.dylib "${common[@]}" -o out2
# A section of an object's under the name of a table that the linker makes.
assemble got.o <<<$'.globl _f\n_f: movq _g@GOTPCREL(%rip), %rax\n.section __DATA_CONST,__got\n.quad 1'
expect_fail 'section from got\.o conflicts with synthetic section __DATA_CONST,__got' -- \
  -arch x86_64 got.o "${common[@]}" -undefined dynamic_lookup -o out2
