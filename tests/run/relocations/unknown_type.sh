#!/usr/bin/env bash
# A relocation of a type that no object may hold: dynamic ones and undefined numbers are errors with file and section.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	call _start2
	.globl _start2'
for type in 8 37 200; do
  python3 - $type <<'EOF'
import struct, sys
data = bytearray(open("a.o", "rb").read())
shoff, = struct.unpack_from("<Q", data, 40)
count, = struct.unpack_from("<H", data, 60)
for i in range(count):
    kind, = struct.unpack_from("<I", data, shoff + 64 * i + 4)
    if kind == 4:
        offset, = struct.unpack_from("<Q", data, shoff + 64 * i + 24)
        data[offset + 8] = int(sys.argv[1])
open("b.o", "wb").write(data)
EOF
  expect_fail 'b\.o' "\.text|$type|$(printf 0x%x $type)" -- b.o --defsym=_start2=_start -o program
done
