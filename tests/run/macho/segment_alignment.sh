#!/usr/bin/env bash
# -segalign with -preload: firmware's segments follow each other without pages. Libraries that drivers name are passed over
# with -r.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
here=$(dirname "$(realpath "$0")")
source "$here/../lib.sh"

XLD=$scratch/bin/ld64.xld
cat >firmware.s <<'EOF'
.globl _start
_start: movq _data(%rip), %rax
ret
.data
_data: .quad _start
EOF
run clang-19 -target x86_64-apple-macos11 -c firmware.s -o firmware.o
run "$XLD" -arch x86_64 -preload -e _start -segalign 0x20 -seg1addr 0x240 firmware.o -o image
addresses=$(llvm-otool-19 -l image | awk '$1 == "cmd" { is_segment = $2 == "LC_SEGMENT_64" } is_segment && $1 == "vmaddr" { print $2 }')
expect_equal "$(head -1 <<<"$addresses")" 0x0000000000000240
for address in $addresses; do
  ((address % 0x20 == 0 && address < 0x1000)) || fail "a segment is at $address"
done
# The word holds the address of what it points to.
offset=$(llvm-otool-19 -l image | awk '$2 == "__data" { is_data = 1 } is_data && $1 == "offset" { print $2; exit }')
expect_equal "$(od -An -t x8 -j "$offset" -N 8 image | tr -d ' ')" "$(llvm-nm-19 image | awk '$3 == "_start" { print $1 }')"
expect_match 'segalign: ignored' "$XLD" -arch x86_64 -static -e _start -segalign 0x20 firmware.o -o static
expect_fail 'segalign' -- -arch x86_64 -preload -e _start -segalign 0x30 firmware.o -o image2

cp "$here/libSystem.tbd" .
expect_match 'libSystem.tbd: ignoring unexpected dylib file' "$XLD" -arch x86_64 -r firmware.o libSystem.tbd -o joined.o
expect_match '_start' llvm-nm-19 joined.o
