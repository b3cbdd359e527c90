#!/usr/bin/env bash
# arm64: the distance from a place in data to a slot, as exception tables have it. What stands in the field says nothing:
# LLVM 16 leaves the field's own offset there. Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

printf '%s\n' '.globl _main, _variable' '_main: ret' '.section __TEXT,__const' '.space 12' 'field: .long _variable@GOT - .' \
  '.data' '_variable: .quad 1' >in.s
run clang-19 -target arm64-apple-macos11 -c in.s -o in.o
# section FILE SEGMENT,NAME: its address and its place in the file
section() {
  llvm-readobj-19 --sections "$1" | awk -v wanted="$2" '
    $1 == "Name:" { name = $2 } $1 == "Segment:" { place = $2 "," name }
    $1 == "Address:" { address = $2 } $1 == "Offset:" && place == wanted { print address, $2 }'
}
for stored in '\x00\x00\x00\x00' '\xf4\xff\xff\xff'; do
  read -r _ offset <<<"$(section in.o __TEXT,__const)"
  printf "$stored" | dd of=in.o bs=1 seek=$((offset + 12)) conv=notrunc status=none
  run "$scratch/bin/ld64.xld" -arch arm64 -platform_version macos 11.0 11.0 in.o -o out
  run "$XLD_VERIFY" out
  read -r slots _ <<<"$(section out __DATA_CONST,__got)"
  read -r address offset <<<"$(section out __TEXT,__const)"
  expect_equal "$(od -A n -t d4 -j $((offset + 12)) -N 4 out | tr -d ' ')" $((slots - address - 12))
done
