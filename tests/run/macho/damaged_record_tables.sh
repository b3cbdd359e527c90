#!/usr/bin/env bash
# Tables of records, each of which may be folded or dropped on its own, that claim the same bytes of a file: few bytes
# would be millions of records.
# Only xld: it is about a message of xld's.
source "$(dirname "$0")/../lib.sh"

XLD=$scratch/bin/ld64.xld
cat >tables.s <<'END_OF_SOURCE'
	.section __DATA,__objc_selrefs
	.quad 0
	.section __DATA,__objc_classrefs
	.quad 0
	.section __DATA,__objc_catlist
	.quad 0
END_OF_SOURCE
run clang-19 -target x86_64-apple-macos13 -c tables.s -o tables.o
run "$XLD" -arch x86_64 -platform_version macos 13.0 13.0 -dylib tables.o -o whole.dylib
python3 - <<'END_OF_PROGRAM'
import struct

data = bytearray(open("tables.o", "rb").read())
commands, place = struct.unpack_from("<I", data, 16)[0], 32
for _ in range(commands):
    command, size = struct.unpack_from("<II", data, place)
    if command == 0x19:  # LC_SEGMENT_64
        for i in range(struct.unpack_from("<I", data, place + 64)[0]):
            section = place + 72 + 80 * i
            if data[section:].startswith(b"__objc_"):
                struct.pack_into("<Q", data, section + 40, len(data) // 8 * 8)  # size
                struct.pack_into("<I", data, section + 48, 0)  # offset
    place += size
open("tables.o", "wb").write(data)
END_OF_PROGRAM
expect_fail 'tables.o.*its contents are those of other sections, too' -- \
  -arch x86_64 -platform_version macos 13.0 13.0 -dylib tables.o -o library.dylib
