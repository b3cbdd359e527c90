#!/usr/bin/env bash
# Runtime slots in Mach-O: the words that Darwin's threads have for them, in every form of access an assembler writes,
# and programs with two threads that use them, in the loader of tests/macho_run.
# Only xld: slots are its own.
here=$(dirname "$(realpath "$0")")
source "$here/../lib.sh"
loaders=$(dirname "$(realpath "$XLD")")/tests/macho_run
XLD=$scratch/bin/ld64.xld

cp "$here/runtime_slots.c" main.c
for target in 'x86_64 10.15' 'x86_64 13.0' 'i386 10.7'; do
  read -r arch minimum <<<"$target"
  run clang-19 -target "$arch-apple-macos$minimum" -O1 -fno-stack-protector "-I$here/../../../include" -c main.c -o main.o
  run "$XLD" -arch "$arch" -platform_version macos "$minimum" "$minimum" "$here/../../macho_run/programs/libSystem.tbd" main.o -o "program-$arch"
  expect_output '79 1 2' "$loaders/macho-run-$arch" --slide=0x1234000 "./program-$arch"
done
expect_match 'mov[lq]\s+%gs:0x8a0, %rax|movabsq\s+%gs:0x8a0, %rax' llvm-objdump-19 -d program-x86_64
expect_match 'movl\s+%gs:0x468, %e' llvm-objdump-19 -d program-i386

cat >forms.s <<'EOF'
.globl _main
_main:
 movabsq %gs:_g, %rax
 movq %gs:_g(%rip), %rax
 movq %rax, %gs:_m(%rip)
 movl %gs:_g+4(%rip), %eax
 ret
EOF
run clang-19 -target x86_64-apple-macos10.15 -c forms.s -o forms.o
version=(-arch x86_64 -platform_version macos 10.15 10.15)
run "$XLD" "${version[@]}" --tls-slot=g --tls-slot=m --tls-report=report forms.o -o forms
expect_equal "$(llvm-objdump-19 -d --no-show-raw-insn --no-leading-addr forms | sed -nE '/^\s+[a-z]/ { s/^\s+//; s/\s+/ /; p }')" \
  'movabsq %gs:0x8a0, %rax
movq %gs:0x8a0, %rax
movq %rax, %gs:0x8a8
movl %gs:0x8a4, %eax
retq'
expect_match $'forms.o\t__TEXT,__text\t0xb\t_g\tslot access\tmoved' cat report

# refuse REGEX INSTRUCTION
refuse() {
  printf '.globl _main\n_main: %s\n' "$2" >refused.s
  run clang-19 -target x86_64-apple-macos10.15 -c refused.s -o refused.o
  status=0
  "$XLD" "${version[@]}" --tls-slot=_g refused.o -o x >messages 2>&1 || status=$?
  expect_equal "$status" 1
  grep -qE "$1" messages || fail "no message matches '$1': $(cat messages)"
}
refuse 'refused.o:.*_g.*cannot hold' 'movq %gs:_g(%rip), %rcx'
refuse 'no segment prefix' 'movq _g(%rip), %rax'
refuse 'as a number' 'movabsq $_g, %rax'
refuse '8 bytes at offset 4' 'movabsq %gs:_g+4, %rax'
refuse 'has no address' 'call _g'
