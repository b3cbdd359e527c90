#!/usr/bin/env bash
# Runtime slots in ELF objects: one object, linked for Linux and for Darwin, where register and displacement differ.
# Only xld: slots are its own.
here=$(dirname "$(realpath "$0")")
source "$here/../lib.sh"
loaders=$(dirname "$(realpath "$XLD")")/tests/macho_run

cp "$here/runtime_slots.c" main.c
for target in '64 x86_64 13.0 -fPIC' '32 i386 10.7 -fno-pic'; do
  read -r bits arch minimum pic <<<"$target"
  run gcc -m$bits -O1 $pic -fno-stack-protector "-I$here/../../../include" -c main.c -o main.o
  gcc_link -m$bits -static main.o -o linux
  expect_output '79 1 2' ./linux
  run "$scratch/bin/ld64.xld" -arch "$arch" -platform_version macos "$minimum" "$minimum" \
    "$here/../../macho_run/programs/libSystem.tbd" main.o -o darwin
  expect_output '79 1 2' "$loaders/macho-run-$arch" ./darwin
done

# Code without names: the first two words are slots in files that are named, others are nobody's.
for case in '64 amd64 fs 8 8a0' '32 386 gs 4 468'; do
  read -r bits cpu segment word slot <<<"$case"
  printf '%s\n' '.globl main' "main: mov %$segment:0, %eax; mov %$segment:$word, %ecx" >raw.s
  run as --$bits raw.s -o raw.o
  run "$XLD" --target=darwin-$cpu --tls-raw=raw.o raw.o -o raw
  expect_match "movl.*%gs:0x$slot, %eax" llvm-objdump-19 -d raw
  expect_fail "the code uses %$segment:0x0,.*--tls-raw" -- --target=darwin-$cpu --tls-raw=other.o raw.o -o raw
  echo "mov %$segment:$((2 * word)), %eax" >>raw.s
  run as --$bits raw.s -o raw.o
  expect_fail "the code uses %$segment:0x$(printf %x $((2 * word)))," -- --target=darwin-$cpu --tls-raw raw.o -o raw
done

cat >other.s <<'EOF'
.globl main
main: mov %fs:unknown, %rax
  mov some@tpoff, %rax
EOF
run gcc -c other.s -o other.o
status=0
"$scratch/bin/ld64.xld" -arch x86_64 -platform_version macos 13.0 13.0 other.o -o x >messages 2>&1 || status=$?
expect_equal "$status" 1
