#!/usr/bin/env python3
"""Prints the fields of boot headers by name, for golden tests: dump_image.py disk|bzimage|multiboot|fat FILE

Offsets are those of the specifications: the PC's master boot record; Documentation/arch/x86/boot.rst of Linux; Multiboot
0.6.96 and 2.0; fatgen103. Nothing here knows how xld makes them.
"""
import struct
import sys

FORMATS = {1: "<B", 2: "<H", 4: "<I", 8: "<Q"}

BZIMAGE = [("setup_sects", 0x1f1, 1), ("root_flags", 0x1f2, 2), ("syssize", 0x1f4, 4), ("boot_flag", 0x1fe, 2),
           ("jump", 0x200, 2), ("header", 0x202, 4), ("version", 0x206, 2), ("loadflags", 0x211, 1),
           ("code32_start", 0x214, 4), ("heap_end_ptr", 0x224, 2), ("cmd_line_ptr", 0x228, 4),
           ("initrd_addr_max", 0x22c, 4), ("kernel_alignment", 0x230, 4), ("relocatable_kernel", 0x234, 1),
           ("min_alignment", 0x235, 1), ("xloadflags", 0x236, 2), ("cmdline_size", 0x238, 4),
           ("hardware_subarch", 0x23c, 4), ("payload_offset", 0x248, 4), ("payload_length", 0x24c, 4),
           ("setup_data", 0x250, 8), ("pref_address", 0x258, 8), ("init_size", 0x260, 4), ("handover_offset", 0x264, 4)]
FAT = [("jump", 0, 2), ("bytes per sector", 11, 2), ("sectors per cluster", 13, 1), ("reserved sectors", 14, 2),
       ("tables", 16, 1), ("root entries", 17, 2), ("sectors", 19, 2), ("media", 21, 1), ("sectors per table", 22, 2),
       ("hidden sectors", 28, 4), ("sectors, 32 bits", 32, 4), ("drive", 36, 1), ("signature", 38, 1), ("serial", 39, 4),
       ("boot signature", 510, 2)]
MULTIBOOT1 = ["magic", "flags", "checksum", "header_addr", "load_addr", "load_end_addr", "bss_end_addr", "entry_addr"]
TAGS = {0: ("end", []), 2: ("addresses", ["header_addr", "load_addr", "load_end_addr", "bss_end_addr"]),
        3: ("entry", ["entry_addr"])}


def number(data, offset, size):
    return struct.unpack_from(FORMATS[size], data, offset)[0]


def show(name, value, digits=0):
    print(f"{name:20} {value:#0{digits + 2}x}")


def show_fields(data, fields):
    for name, offset, size in fields:
        show(name, number(data, offset, size), 2 * size)


def dump_bzimage(data):
    show_fields(data, BZIMAGE)
    version = data[0x200 + number(data, 0x20e, 2):]
    print("kernel_version       " + version[:version.index(0)].decode())
    show("file size", len(data))


def dump_disk(data):
    print("first bytes          " + data[:4].hex(" "))
    print("partition table      " + ("empty" if not any(data[0x1b8:0x1fe]) else data[0x1b8:0x1fe].hex(" ")))
    show("signature", number(data, 510, 2), 4)
    show("file size", len(data))


def find_words(data, limit, step, magic):
    return next(i for i in range(0, limit, step) if number(data, i, 4) == magic)


def dump_multiboot(data):
    start = find_words(data, 8192, 4, 0x1badb002)
    show("Multiboot at", start)
    words = struct.unpack_from("<8I", data, start)
    for name, word in zip(MULTIBOOT1, words):
        show(name, word, 8)
    print(f"{'sum':20} {sum(words[:3]) & 0xffffffff}")
    start = find_words(data, 32768, 8, 0xe85250d6)
    show("Multiboot 2 at", start)
    magic, architecture, length, checksum = struct.unpack_from("<4I", data, start)
    show("magic", magic, 8), show("architecture", architecture), show("length", length)
    print(f"{'sum':20} {(magic + architecture + length + checksum) & 0xffffffff}")
    place = start + 16
    while place < start + length:
        kind, flags, size = struct.unpack_from("<HHI", data, place)
        name, fields = TAGS[kind]
        print(f"tag {kind}: {name}, flags {flags}, size {size}")
        for i, field in enumerate(fields):
            show("  " + field, number(data, place + 8 + 4 * i, 4), 8)
        place += (size + 7) & ~7


def show_directory(data, start, indent):
    for place in range(start, start + 32 * 8, 32):
        if data[place]:
            name = data[place:place + 11].decode()
            print(f"{indent}'{name}' attributes {data[place + 11]:#04x} cluster {number(data, place + 26, 2)} size "
                  f"{number(data, place + 28, 4)}")


def dump_fat(data):
    show_fields(data, FAT)
    sector, table = number(data, 11, 2), number(data, 22, 2)
    print("type                 " + data[54:62].decode())
    root = (number(data, 14, 2) + 2 * table) * sector
    clusters = root + number(data, 17, 2) * 32
    cluster = sector * number(data, 13, 1)
    first = data[sector:sector + table * sector]
    print("tables               " + ("alike" if first == data[sector + table * sector:root] else "different"))
    print("first entries        " + " ".join(f"{entry:04x}" for entry in struct.unpack_from("<6H", first)))
    print("root")
    show_directory(data, root, "  ")
    for i, name in enumerate(["EFI", "EFI/BOOT"]):
        print(name)
        show_directory(data, clusters + i * cluster, "  ")
    print("file begins with     " + data[clusters + 2 * cluster:clusters + 2 * cluster + 2].decode())
    show("volume size", len(data))


if __name__ == "__main__":
    with open(sys.argv[2], "rb") as file:
        globals()["dump_" + sys.argv[1]](file.read())
