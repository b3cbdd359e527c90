#!/usr/bin/env bash
# Objects that have data only have an empty __text, too: it is no function, whose entry among those of the unwind tables
# would have the address of the next.
# Only xld: of the proving linkers none has the name ld64.xld, and ld64.lld writes such an entry.
source "$(dirname "$0")/../lib.sh"

XLD=$scratch/bin/ld64.xld
echo 'int data = 3;' >data.c
echo 'extern int data; int other(void) { return data; }' >other.c
echo 'int other(void); int main(void) { return other() + 1; }' >main.c
for arch in x86_64 arm64; do
  for file in data other main; do run clang-19 -target "$arch-apple-macos12" -c $file.c -o $file.o; done
  run "$XLD" -arch "$arch" -platform_version macos 12.0 12.0 -undefined dynamic_lookup main.o data.o other.o -o out
  addresses=$(llvm-objdump-19 --macho --unwind-info out | sed -n 's/.*function offset=\(0x[0-9a-f]*\), encoding.*/\1/p')
  [[ -n $addresses ]] || fail 'no entries'
  expect_equal "$addresses" "$(sort -u <<<"$addresses")"
  [[ -z ${XLD_VERIFY:-} ]] || run "$XLD_VERIFY" out
done
