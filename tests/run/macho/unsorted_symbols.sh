#!/usr/bin/env bash
# Objects whose local symbols stand among the global ones, as Go's linker writes them for external linking: relocations
# and the indirect symbol table count with them. The output is that of the object as the compiler wrote it.
# Only xld: of the proving linkers none has the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

XLD=$scratch/bin/ld64.xld
cat >main.c <<'SOURCE'
extern int imported(void), other(int);
static int counter = 3;
static int *volatile where = &counter;
static int twice(int x) { return 2 * x; }
int (*volatile pointer)(int) = twice;
int main(void) { return imported() + other(*where) + pointer(4); }
SOURCE
cat >turn.py <<'SCRIPT'
import struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
commands, at, sections = struct.unpack_from("<I", data, 16)[0], 32, []
for _ in range(commands):
    kind, size = struct.unpack_from("<2I", data, at)
    if kind == 0x19:
        count = struct.unpack_from("<I", data, at + 64)[0]
        sections = [struct.unpack_from("<2I", data, at + 72 + 80 * i + 56) for i in range(count)]
    if kind == 2:
        symbols, count = struct.unpack_from("<2I", data, at + 8)
    at += size
order = sorted(range(count), key=lambda i: data[symbols + 16 * i + 4] & 1 == 0)  # global names first
data[symbols:symbols + 16 * count] = b"".join(data[symbols + 16 * i:symbols + 16 * i + 16] for i in order)
for offset, number in sections:
    for i in range(number):
        word = struct.unpack_from("<I", data, offset + 8 * i + 4)[0]
        if word >> 27 & 1:
            struct.pack_into("<I", data, offset + 8 * i + 4, word & 0xff000000 | order.index(word & 0xffffff))
open(sys.argv[2], "wb").write(data)
SCRIPT
for arch in x86_64 arm64; do
  run clang-19 -target "$arch-apple-macos11" -O1 -c main.c -o main.o
  run python3 turn.py main.o turned.o
  for kind in execute dylib; do
    options=(-arch "$arch" -platform_version macos 11.0 11.0 "-$kind" -undefined dynamic_lookup)
    run "$XLD" "${options[@]}" main.o -o out && mv out expected
    run "$XLD" "${options[@]}" turned.o -o out
    run cmp expected out
  done
done
