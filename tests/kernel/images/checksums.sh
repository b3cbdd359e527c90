#!/usr/bin/env bash
# Checksums: of what is loaded, at __image_crc32 (main.c checks it in every boot); of a bzImage; of a PE file. Computed anew
# by other means.
source "$(dirname "$0")/../qemu.sh"

build_kernel k
for kind in elf bzimage efi esp; do link_kernel k.$kind --image=$kind k-start.o k-main.o; done
head -c 1234 /dev/zero | tr '\0' x >odd
link_kernel odd.bzimage --image=bzimage k-start.o k-main.o --embed odd=odd
python3 - "$(symbol k.elf __image_crc32)" <<'EOS'
import struct, sys, zlib

# What an ELF loader puts into memory.
elf = open("k.elf", "rb").read()
place = int(sys.argv[1], 0) - 0x100000
loads = [struct.unpack_from("<IIQQQQQQ", elf, 64 + 56 * i) for i in range(struct.unpack_from("<H", elf, 56)[0])]
memory = bytearray(max(p[4] + p[5] for p in loads if p[0] == 1) - 0x100000)
for kind, _, offset, _, physical, file_size, _, _ in loads:
    if kind == 1:
        memory[physical - 0x100000:physical - 0x100000 + file_size] = elf[offset:offset + file_size]
word = struct.unpack_from("<I", memory, place)[0]
memory[place:place + 4] = bytes(4)
assert zlib.crc32(memory) == word != 0, "elf"

# Starting with ones and not inverted at the end, the CRC of a bzImage is 0: to zlib, all ones. syssize says how far.
for name in ("k.bzimage", "odd.bzimage"):
    image = open(name, "rb").read()
    assert zlib.crc32(image) == 0xffffffff, name
    assert len(image) == 1024 + 16 * struct.unpack_from("<I", image, 0x1f4)[0], name

def pe_sum(image, field):
    image = image[:field] + bytes(4) + image[field + 4:]
    total = sum(struct.unpack(f"<{len(image) // 2}H", image))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total + len(image)

esp = open("k.esp", "rb").read()
start, size = esp.index(b"MZ"), len(open("k.efi", "rb").read())
for image in open("k.efi", "rb").read(), esp[start:start + size]:
    field = struct.unpack_from("<I", image, 0x3c)[0] + 24 + 64
    assert struct.unpack_from("<I", image, field)[0] == pe_sum(image, field) != 0, "PE"
EOS
# Nothing refers to it: it is not there.
compile plain.s <<<'	.globl _start
_start:	hlt'
link_kernel plain.elf --image=elf plain.o
expect_no_match image_crc32 readelf -SW plain.elf
