#!/usr/bin/env bash
# Relocations in compact form (SHT_CREL) are those that ordinary records say.
source "$(dirname "$0")/../lib.sh"

for machine in x86_64 i386; do
  cat >a.s <<'E'
.globl _start, bar
_start: call foo
.Lhere: jmp bar
.section .text.foo,"ax",@progbits
.cfi_startproc
foo: call .Lhere
.cfi_endproc
.data
bar: .long foo - 4, .Lhere + 5, _start
.long foo - .
E
  run clang-19 -target $machine-linux-gnu -c a.s -o plain.o
  run clang-19 -target $machine-linux-gnu -Wa,--crel,--allow-experimental-crel -c a.s -o compact.o
  expect_match '40000014|CREL' readelf -SW compact.o
  link plain.o -o plain
  link compact.o -o compact
  run cmp plain compact
  [[ $machine == x86_64 ]] || continue  # -r keeps one form of records: for i386 that without addends
  link -r plain.o -o again
  link -r compact.o -o compact_again
  run cmp again compact_again
done
# A count that nothing stands behind. The section's bytes are those at its file offset.
offset=$(readelf -SW compact.o | awk '$2 == ".crel.data" || $3 == ".crel.data" { for (i = 1; i < NF; i++) if ($i ~ /^40000014/) print $(i + 3) }')
cp compact.o broken.o
printf '\xff\xff\x7f' | dd of=broken.o bs=1 seek=$((16#$offset)) conv=notrunc status=none
expect_fail 'broken.o: section .crel.data .*promises' -- -m elf_i386 broken.o -o program
