#!/usr/bin/env bash
# arm64: a distance to a slot (ARM64_RELOC_POINTER_TO_GOT), as exception tables have it, leads to the slot wherever in its
# section it stands, whatever the field says: assemblers leave the distance from the section's start there, LLVM 16 the
# field's own offset.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

cat >table.s <<'EOF'
.section __TEXT,__gcc_except_tab
.space 12
_near:
Lnear: .long _variable@GOT-Lnear
.space 20
_far:
Lfar: .long _variable@GOT-Lfar
.no_dead_strip _near
.no_dead_strip _far
.subsections_via_symbols
EOF
run clang-19 -target arm64-apple-macos12 -c table.s -o table.o
run "$scratch/bin/ld64.xld" -arch arm64 -dylib -undefined dynamic_lookup table.o -o direct.dylib
run "$scratch/bin/ld64.xld" -arch arm64 -r table.o -o joined.o
run "$scratch/bin/ld64.xld" -arch arm64 -dylib -undefined dynamic_lookup joined.o -o joined.dylib
for library in direct.dylib joined.dylib; do
  run "$XLD_VERIFY" $library
  slot=$(llvm-objdump-19 --macho --section-headers $library | awk '$2 == "__got" { print $4 }')
  for name in _near _far; do
    place=$(llvm-nm-19 $library | awk -v name=$name '$3 == name { print $1 }')
    offset=$((0x$place - 0x$(llvm-objdump-19 --macho --section-headers $library | awk '$2 == "__gcc_except_tab" { print $4 }')))
    run llvm-objcopy-19 --dump-section __TEXT,__gcc_except_tab=table $library
    distance=$(od -An -t d4 -j $offset -N 4 table)
    expect_equal $((0x$place + distance)) $((0x$slot))
  done
done

# What stands in the field, by hand.
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
