#!/usr/bin/env python3
"""Makes executables of the classic kind (no LC_DYLD_INFO), by hand, and runs them: four of them, for x86-64 and i386,
with libraries (indirect symbols, local and external relocations, a jump table on i386) and without (raw system calls).

  make_classic.py --loaders FOLDER

The images are written here and not by a linker, so that the loader's idea of the format has a second source.
"""
import argparse
import pathlib
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BASE, PAGE = 0x1000, 0x1000
TEXT_AT = 0x800  # of the code in its segment; the load commands are in front
POINTERS_AT, MESSAGE_AT = 0x100, 0x200
R_WX = {"__TEXT": 5, "__DATA": 3, "__IMPORT": 7, "__LINKEDIT": 1}


def name(text):
    return text.encode().ljust(16, b"\0")


class Image:
    def __init__(self, is_64, dynamic):
        self.is_64, self.dynamic = is_64, dynamic
        self.word = 8 if is_64 else 4
        self.data, self.imports = BASE + PAGE, BASE + 2 * PAGE
        self.message = b"classic %d %ld\n\0" if dynamic else b"static\n"

    def words(self, *values):
        return struct.pack("<" + ("Q" if self.is_64 else "I") * len(values), *values)

    def assemble(self, folder):
        addresses = {"message": self.data + MESSAGE_AT, "message_size": len(self.message),
                     "printf_pointer": self.data + POINTERS_AT, "message_pointer": self.data + POINTERS_AT + self.word,
                     "exit_pointer": self.data + POINTERS_AT + 2 * self.word, "printf_stub": self.imports}
        source = HERE / f"classic_{'amd64' if self.is_64 else '386'}.s"
        subprocess.run(["as", "--64" if self.is_64 else "--32", *(["--defsym", "dynamic=1"] if self.dynamic else []),
                        source, "-o", folder / "code.o"], check=True)
        subprocess.run(["ld.bfd", "-m", "elf_x86_64" if self.is_64 else "elf_i386", "-Ttext", hex(BASE + TEXT_AT),
                        "--oformat", "binary", "-e", "0", *(f"--defsym={k}={v:#x}" for k, v in addresses.items()),
                        folder / "code.o", "-o", folder / "code"], check=True)
        return (folder / "code").read_bytes()

    def section(self, segment, text, address, size, offset, flags, first_indirect=0, stub_size=0):
        place = self.words(address, size)
        rest = struct.pack("<8I", offset, 2, 0, 0, flags, first_indirect, stub_size, 0)[:None if self.is_64 else -4]
        return name(text) + name(segment) + place + rest

    def segment(self, text, address, memory, offset, size, sections=()):
        protection = R_WX.get(text, 0)
        body = name(text) + self.words(address, memory, offset, size)
        body += struct.pack("<4I", protection, protection, len(sections), 0) + b"".join(sections)
        return struct.pack("<2I", 0x19 if self.is_64 else 1, 8 + len(body)) + body

    def thread(self):
        if self.is_64:
            registers = [0] * 21
            registers[16] = BASE + TEXT_AT
            return struct.pack("<4I21Q", 5, 16 + 168, 4, 42, *registers)
        registers = [0] * 16
        registers[10] = BASE + TEXT_AT
        return struct.pack("<4I16I", 5, 16 + 64, 1, 16, *registers)

    def library(self):
        text = b"/usr/lib/libSystem.B.dylib\0"
        size = -(-(24 + len(text)) // self.word) * self.word
        return (struct.pack("<6I", 0xc, size, 24, 0, 0x10000, 0x10000) + text).ljust(size, b"\0")

    def linker(self):
        text = b"/usr/lib/dyld\0"
        size = -(-(12 + len(text)) // self.word) * self.word
        return (struct.pack("<3I", 0xe, size, 12) + text).ljust(size, b"\0")

    def build(self, code):
        has_table = self.dynamic and not self.is_64
        linkedit = BASE + (3 if has_table else 2) * PAGE
        at = linkedit - BASE
        strings = b"\0_printf\0_exit\0"
        entry = "<IBBHQ" if self.is_64 else "<IBBHI"
        undefined, from_library_1 = 1, 1 << 8
        symbols = struct.pack(entry, 1, undefined, 0, from_library_1, 0) + struct.pack(entry, 9, undefined, 0, from_library_1, 0)
        # x86-64 counts from the first writable segment, i386 from the first one.
        origin = self.data if self.is_64 else BASE
        length = 3 if self.is_64 else 2
        pointers = self.data + POINTERS_AT - origin
        local = struct.pack("<2I", pointers + self.word, length << 25)
        external = struct.pack("<2I", pointers + 2 * self.word, 1 | length << 25 | 1 << 27)
        indirect = struct.pack("<2I", 0, 0)[: 8 if has_table else 4]
        parts, offsets = b"", []
        for part in local, symbols, external, indirect, strings:
            offsets.append(at + len(parts))
            parts += part
        local_at, symbols_at, external_at, indirect_at, strings_at = offsets

        text = [self.section("__TEXT", "__text", BASE + TEXT_AT, len(code), TEXT_AT, 0x80000400)]
        data = [self.section("__DATA", "__data", self.data + MESSAGE_AT, len(self.message), PAGE + MESSAGE_AT, 0)]
        if self.dynamic:
            data.append(self.section("__DATA", "__nl_symbol_ptr", self.data + POINTERS_AT, self.word,
                                     PAGE + POINTERS_AT, 6))
        commands = [self.segment("__PAGEZERO", 0, BASE, 0, 0), self.segment("__TEXT", BASE, PAGE, 0, PAGE, text),
                    self.segment("__DATA", self.data, PAGE, PAGE, PAGE, data)]
        if has_table:
            table = self.section("__IMPORT", "__jump_table", self.imports, 5, 2 * PAGE, 0x04000008, 1, 5)
            commands.append(self.segment("__IMPORT", self.imports, PAGE, 2 * PAGE, PAGE, [table]))
        if self.dynamic:
            commands += [self.segment("__LINKEDIT", linkedit, PAGE, at, len(parts)),
                         struct.pack("<6I", 2, 24, symbols_at, 2, strings_at, len(strings)),
                         struct.pack("<20I", 0xb, 80, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, indirect_at,
                                     len(indirect) // 4, external_at, 1, local_at, 1),
                         self.linker(), self.library()]
        commands.append(self.thread())
        body = b"".join(commands)
        flags = 0x85 if self.dynamic else 1
        header = struct.pack("<7I", 0xfeedfacf if self.is_64 else 0xfeedface, 0x1000007 if self.is_64 else 7, 3, 2,
                             len(commands), len(body), flags | (0x200000 if self.is_64 and self.dynamic else 0))
        page = (header + (b"\0" * 4 if self.is_64 else b"") + body).ljust(TEXT_AT, b"\0") + code
        words = self.words(0, self.data + MESSAGE_AT, 0) if self.dynamic else b""
        data_page = (b"\0" * POINTERS_AT + words).ljust(MESSAGE_AT, b"\0") + self.message
        image = page.ljust(PAGE, b"\0") + data_page.ljust(PAGE, b"\0")
        if has_table:
            image += (b"\xf4" * 5).ljust(PAGE, b"\0")
        return image + (parts if self.dynamic else b"")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loaders", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for is_64 in True, False:
            for dynamic in True, False:
                image = Image(is_64, dynamic)
                path = folder / f"classic-{'amd64' if is_64 else '386'}-{'dynamic' if dynamic else 'static'}"
                path.write_bytes(image.build(image.assemble(folder)))
                loader = arguments.loaders.resolve() / f"macho-run-{'x86_64' if is_64 else 'i386'}"
                expected = "classic 2 4321\n" if dynamic else "static\n"
                for options in [], ["--slide=0x1234000"]:
                    done = subprocess.run([loader, *options, path, "argument"], stdout=subprocess.PIPE,
                                          stderr=subprocess.STDOUT, text=True, timeout=60)
                    if (done.returncode, done.stdout) != (7, expected):
                        failed += 1
                        print(f"FAILED {path.name} {options}: status {done.returncode}, output {done.stdout!r}, "
                              f"not 7, {expected!r}")
    print(f"{8 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
