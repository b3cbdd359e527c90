#!/usr/bin/env bash
# Random code with accesses to slots, linked for every target, is what LLVM's assembler makes of the same text with the
# target's segment and displacement in it; by name, and from plain numbers with --tls-raw.
# Only xld: slots are its own.
source "$(dirname "$0")/../lib.sh"

# generate BITS SEGMENT FIRST SECOND: the text of a function, with so many accesses to the words it names.
generate() {
  python3 - "$@" <<'EOF'
import random, sys
bits, segment, first, second = sys.argv[1:]
random.seed(5)
wide = "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15".split()
long = "eax ecx edx ebx esp ebp esi edi".split()
registers = wide if bits == "64" else long
suffix = "q" if bits == "64" else "l"
print(".globl _start\n_start:")
for _ in range(600):
    a, b = random.choice(registers), random.choice(registers)
    number = random.randrange(-2**31, 2**31)
    slot = f"{segment}:{random.choice([first, second])}"
    print(random.choice([
        f"mov{suffix} {slot}, %{a}", f"mov{suffix} %{a}, {slot}", f"cmp{suffix} %{a}, {slot}",
        f"add{suffix} {slot}, %{a}", f"cmpl ${number}, {slot}", f"movb $3, {slot}", f"xchg{suffix} %{a}, {slot}",
        f"movzbl {slot}, %{random.choice(long)}", f"push{suffix} {slot}", f"cmove{suffix} {slot}, %{a}",
        f"imul{suffix} ${number}, {slot}, %{a}", f"lock cmpxchg{suffix} %{a}, {slot}",
        f"crc32{suffix} {slot}, %{a}", f"adcx{suffix} {slot}, %{a}", f"andn{suffix} {slot}, %{a}, %{b}",
        f"rorx{suffix} $5, {slot}, %{a}", f"movd {slot}, %xmm3", f"vmovd %xmm1, {slot}", f"movss {slot}, %xmm5",
        f"mov{suffix} %{a}, %{b}", f"mov ${number % 2**32:#x}, %{random.choice(long)}", f"add{suffix} ${number}, %{a}",
        f"mov{suffix} {number}(%{a}), %{b}", "vaddps 0x64(%eax), %ymm1, %ymm2", "pshufd $0x65, %xmm1, %xmm2",
        f"movb ${random.choice([0x64, 0x65, 0x66, 0x67])}, (%{a})", "endbr64", "movaps %xmm0, 0x65656565(%eax)"]))
EOF
}

# compare TARGET BITS WRITTEN SEGMENT FIRST SECOND
compare() {
  local target=$1 bits=$2 written=$3 kind
  generate $bits $4 $5 $6 >expected.s
  run clang-19 -m$bits -c expected.s -o expected.o
  for kind in named raw; do
    if [[ $kind == named ]]; then
      generate $bits $written g m >code.s
      flags=(--tls-slot=g --tls-slot=m)
    else
      generate $bits $written 0 $((bits / 8)) >code.s
      flags=(--tls-raw=*code*)
    fi
    run clang-19 -m$bits -c code.s -o code.o
    link --target=$target "${flags[@]}" code.o -o program
    expect_equal "$(contents program .text)" "$(contents expected.o .text)"
  done
}
for system in linux openbsd none; do compare $system-amd64 64 %fs %fs -16 -8; done
compare dragonfly-amd64 64 %gs %fs -16 -8
compare linux-386 32 %gs %gs -8 -4
