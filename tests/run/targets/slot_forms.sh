#!/usr/bin/env bash
# Every way in which code can name a runtime slot becomes an access to the target's word, and all that is refused says
# why. --tls-report lists what was found, the same at any number of threads.
# Only xld: slots are its own.
source "$(dirname "$0")/../lib.sh"

compile forms.s <<'EOF2'
.globl _start
_start:
  mov %fs:g, %rax
  mov %gs:g, %rcx
  movabs %fs:m, %rax
  cmpl $5, %fs:m+4
  mov %fs:g@tpoff, %rdx
  mov g@gottpoff(%rip), %rsi
  mov $m@tpoff, %rdi
  mov %fs:0, %rax
  lea g@tpoff(%rax), %rbx
  mov m@tpoff(%rax), %r8
  mov %fs:m(%rip), %r9
  .byte 0x66; lea g@tlsgd(%rip), %rdi; .value 0x6666; rex64; call __tls_get_addr@plt
  ret
.data
.quad g
EOF2
expected='movq %fs:-0x10, %rax
movq %fs:-0x10, %rcx
movabsq %fs:-0x8, %rax
cmpl $0x5, %fs:-0x4
movq %fs:-0x10, %rdx
movq $-0x10, %rsi
movq $-0x8, %rdi
movq %fs:0x0, %rax
leaq -0x10(%rax), %rbx
movq -0x8(%rax), %r8'
for target in linux freebsd netbsd openbsd dragonfly none; do
  link --target=$target-amd64 --tls-slot=g --tls-slot=m forms.o -static -o $target
  expect_equal "$(disassemble $target _start | head -10)" "$expected"
  expect_equal "$(contents $target .data)" f0ffffffffffffff
done
expect_match 'movq %fs:0x0, %rax' disassemble linux _start
expect_match 'leaq -0x10\(%rax\), %rax' disassemble linux _start

run "$XLD" --tls-slot=g --tls-slot=m --tls-report=one --threads=1 forms.o -o program
run "$XLD" --tls-slot=g --tls-slot=m --tls-report=two --threads=4 forms.o -o program
run cmp one two
expect_match $'^forms.o\t.text\t0x0\tg\tslot access\tmoved\t64488b042500000000\t64488b0425f0ffffff$' cat one
expect_match $'\tg\tinitial-exec\tlocal-exec\t488b3500000000\t48c7c6f0ffffff$' cat one
expect_match $'\tg\tgeneral-dynamic\tlocal-exec\t66488d3d' cat one

# refuse REGEX INSTRUCTION
refuse() {
  printf '.globl _start\n_start: %s\n' "$2" | compile refused.s
  expect_fail "refused.o:\\(.text\\+0x[0-9a-f]+\\): relocation .* symbol 'g': .*$1" -- --tls-slot=g refused.o -o x
}
refuse 'no segment prefix' 'mov g, %rax'
refuse 'adds a register' 'mov %fs:g(%rcx), %rax'
refuse '8 bytes at offset 4 of the slot, which has 8' 'mov %fs:g+4, %rax'
refuse 'does not know how many bytes' 'movaps %fs:g, %xmm0'
refuse 'cannot hold' 'addr32 mov %fs:g, %eax'
refuse 'has no address' 'call g'
refuse 'has no address' 'mov g@gotpcrel(%rip), %rax'
refuse 'loads its offset first' 'imul g@gottpoff(%rip), %rax'
refuse 'cannot be decoded' '.byte 6; mov %fs:g, %rax'
printf '.globl _start\n_start: mov %%fs:g, %%rax\n' | compile slot.s
expect_fail 'undefined symbol: g' '--tls-slot=g makes it' -- slot.o -o x
