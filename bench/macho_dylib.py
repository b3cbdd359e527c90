#!/usr/bin/env python3
"""Makes the inputs of a large Mach-O dylib, and times linkers on them.

  bench/macho_dylib.py [--megabytes 600] [--runs 5] FOLDER [LINKER...]      default: ld64.lld-19

The objects are compiled with -g for x86_64-apple-macos13 from generated C++ (classes with virtual functions, templates
that are the same in all of them, tables of pointers, strings, exceptions), or are those given with --objects; then they
are copied until there are enough bytes. Each copy has names of its own for what its objects define, so that nothing is a
duplicate and every copy costs symbols, unwind entries, fixups and strings. FOLDER keeps them; a second run only measures. Linkers take turns, at one thread and at two; the table has medians.
"""
import argparse
import os
import pathlib
import shlex
import statistics
import struct
import subprocess
import sys
import time

CLASSES = 120  # of each source
LC_SYMTAB = 2
N_STAB, N_TYPE, N_EXT = 0xe0, 0x0e, 0x01


TEMPLATES = """
extern "C" int consume(const void*, long);
template <class T, int N> struct Table {
  T values[N];
  int find(T wanted) const { for (int i = 0; i < N; i++) if (values[i] == wanted) return i; return -1; }
  T sum() const { T total = 0; for (T value : values) total += value * N; return total; }
};
struct Base { virtual ~Base() {} virtual int run(int) = 0; virtual const char* name() const = 0; };
"""

CLASS = """
struct Class{n} : Base {{
  Table<long, {t}> table; int state = {n}; Base* next = nullptr;
  int run(int depth) override {{
    if (depth < 0) throw depth;
    try {{ state += next ? next->run(depth - 1) : (int)table.sum(); }} catch (int& caught) {{ state ^= caught; }}
    switch (depth % 7) {{ case 0: return table.find(state); case 1: return state; case 2: return consume(this, {n});
      case 3: return consume(name(), 3); case 4: return state * {n}; case 5: return -1; default: return depth; }}
  }}
  const char* name() const override {{ return "class {n} of source {source}"; }}
}};
Base* make{n}() {{ static Class{n} one; return &one; }}
int (*const use{n}[])(const void*, long) = {{consume, consume, consume}};
const char* const texts{n}[] = {{"first text of {source}.{n}", "second text of {n}", "a text all have"}};
"""


def write_source(number):
    """A C++ source whose names are its own, but for the templates."""
    names = "".join(f"  make{n},\n" for n in range(CLASSES))
    body = "".join(CLASS.format(n=n, t=n % 12 + 1, source=number) for n in range(CLASSES))
    return f"{TEMPLATES}namespace source{number} {{\n{body}Base* (*const makers[])() = {{\n{names}}};\n}}\n"


def compile_sources(folder, count):
    """The objects that are there, and those that are still to be compiled."""
    objects = []
    for number in range(count):
        compiled = folder / "objects" / f"source{number}.o"
        if not compiled.exists():
            source = compiled.with_suffix(".cc")
            source.write_text(write_source(number))
            subprocess.run(["clang++-19", "-target", "x86_64-apple-macos13", "-std=c++20", "-O1", "-g", "-nostdinc", "-c",
                            source, "-o", compiled], check=True)
        objects.append(compiled)
    return objects


class Object:
    """The symbol table of a 64-bit object, whose strings are the last thing in the file."""

    def __init__(self, path):
        self.data = path.read_bytes()
        commands, offset = struct.unpack_from("<I", self.data, 16)[0], 32
        for _ in range(commands):
            kind, size = struct.unpack_from("<2I", self.data, offset)
            if kind == LC_SYMTAB:
                self.command = offset
                self.symbols, self.count, self.strings, self.strings_size = struct.unpack_from("<4I", self.data, offset + 8)
            offset += size
        end = self.strings + self.strings_size
        if not end <= len(self.data) < end + 16:
            sys.exit(f"{path}: the string table is not the end of the file")

    def entries(self):
        for i in range(self.count):
            at = self.symbols + i * 16
            name, kind = struct.unpack_from("<IB", self.data, at)
            start = self.strings + name
            yield at, self.data[start:self.data.index(b"\0", start)], kind

    def defined(self):
        return {name for _, name, kind in self.entries() if kind & N_EXT and not kind & N_STAB and kind & N_TYPE}

    def copy(self, owned, suffix):
        """The object with `suffix` behind every name in `owned`."""
        data, strings = bytearray(self.data[:self.strings]), bytearray(b"\0")
        for at, name, _ in self.entries():
            struct.pack_into("<I", data, at, len(strings))
            strings += name + (suffix if name in owned else b"") + b"\0"
        struct.pack_into("<I", data, self.command + 20, len(strings))
        return data + strings


def make_copies(folder, objects, megabytes):
    inputs = folder / "inputs"
    inputs.mkdir(exist_ok=True)
    parsed = [(path.stem, Object(path)) for path in objects]
    owned = set().union(*(one.defined() for _, one in parsed))
    paths, size, number = [], 0, 0
    while size < megabytes * 1000000:
        for stem, one in parsed:
            path = inputs / f"{stem}-{number}.o"
            if not path.exists():
                path.write_bytes(one.copy(owned, b"_%d" % number))
            paths.append(path)
            size += path.stat().st_size
        number += 1
    (folder / "filelist").write_text("".join(f"{path}\n" for path in paths))
    return len(paths), size


def measure(command):
    start = time.monotonic()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"status {status}: {shlex.join(map(str, command))}")
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--megabytes", type=int, default=600)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sources", type=int, default=56, help="how many sources are generated")
    parser.add_argument("--objects", type=pathlib.Path, help="a folder with objects to use instead")
    parser.add_argument("linkers", nargs="*", default=["ld64.lld-19"])
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    (folder / "objects").mkdir(parents=True, exist_ok=True)
    objects = sorted(arguments.objects.glob("*.o")) if arguments.objects else compile_sources(folder, arguments.sources)
    count, size = make_copies(folder, objects, arguments.megabytes)
    print(f"{count} objects, {size / 1e6:.0f} MB")
    results = {}
    for _ in range(arguments.runs):
        for linker in arguments.linkers:
            for threads in 1, 2:
                command = [linker, "-dylib", "-arch", "x86_64", "-platform_version", "macos", "13.0", "13.0", "-undefined",
                           "dynamic_lookup", "-filelist", folder / "filelist", "-install_name", "libbench.dylib", "-o",
                           folder / "libbench.dylib", f"--threads={threads}"]
                results.setdefault((linker, threads), []).append(measure(command))
    print(f"{'linker':<32} threads   wall s   CPU s   peak MB")
    for (linker, threads), runs in results.items():
        wall, cpu, peak = (statistics.median(column) for column in zip(*runs))
        print(f"{linker:<32} {threads:>7} {wall:>8.2f} {cpu:>7.2f} {peak:>9.0f}")


if __name__ == "__main__":
    main()
