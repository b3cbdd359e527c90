#!/usr/bin/env bash
# --image=elf boots by the PVH protocol on every machine; headers and note are what loaders expect.
source "$(dirname "$0")/../qemu.sh"

build_kernel k
link_kernel k.elf --image=elf k-start.o k-main.o
verify k.elf
for machine in microvm pc q35; do
  expect_boot 'the kernel runs, command line one two' $machine -kernel k.elf -append 'one two'
done

# The note stands alone in its segment, aligned to 4: QEMU pads names and contents with that alignment.
expect_equal "$(segment k.elf NOTE align) $(segment k.elf NOTE size)" '0x4 0x000014'
expect_match 'Xen +0x00000004.*0x0*12' readelf -nW k.elf
printf -v entry '%08x' "$(symbol k.elf _start)"
expect_equal "$(contents k.elf .note.Xen)" "04000000040000001200000058656e00${entry:6:2}${entry:4:2}${entry:2:2}${entry:0:2}"
# With another alignment QEMU does not find it: this is not about taste.
python3 - <<'EOS'
import struct
image = bytearray(open("k.elf", "rb").read())
for header in range(64, 64 + 56 * image[56], 56):
    if struct.unpack_from("<I", image, header)[0] == 4:
        struct.pack_into("<Q", image, header + 48, 8)
open("misaligned.elf", "wb").write(image)
EOS
status=0
qemu microvm -kernel misaligned.elf >"$scratch/serial" 2>&1 || status=$?
expect_equal "$status" 1
expect_match 'without PVH ELF Note' cat "$scratch/serial"
# Another note beside it has a segment of its own.
link_kernel id.elf --image=elf --build-id=0x1122 k-start.o k-main.o
verify id.elf
expect_equal "$(readelf -lW id.elf | grep -c '^  NOTE ')" 2
expect_boot 'the kernel runs' microvm -kernel id.elf

# Pages of one protection only, physical address = load address + file offset.
for i in 0 1 2 3; do
  expect_equal $(($(segment k.elf LOAD physical $i) - $(segment k.elf LOAD offset $i))) $((0x100000))
done
