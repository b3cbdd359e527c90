#!/usr/bin/env python3
"""Makes the seeds of the fuzz targets, tests/fuzz/corpus/<target>/, from the small sources below.

The seeds are committed; run this again after a change here, and look at the sizes: small seeds fuzz faster. Files
called find-* are inputs that once went wrong; they are left alone.
"""
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
CORPUS = HERE / "corpus"
GOLDEN = HERE.parent / "golden"

C_PROGRAM = """
static _Thread_local int local_tls = 3; extern _Thread_local int stub_tls; int common[4]; extern int stub_data;
__attribute__((weak)) int maybe(void); int puts(const char*);
static inline __attribute__((cold)) int twice(int x) { return 2 * x; }
int first(int a) { puts("a string"); return twice(a) + local_tls + stub_tls + stub_data + common[a]; }
int second(int a) { return maybe ? maybe() : a; }
void* table[] = {first, second, &stub_data};
"""
CXX_PROGRAM = """
struct Base { virtual ~Base(); virtual int f() { return 1; } }; Base::~Base() {}
template <class T> T both(T a) { static T last; return last += a; }
int first(int a) { try { return both(a) + Base().f(); } catch (...) { return both(a); } }
"""
MACHO_PROGRAM = """
int common[4]; extern int other; static int local = 3; int puts(const char*);
__attribute__((weak)) int maybe(void) { return local; }
static const char text[] = "text"; const char* pointers[] = {text, text + 1};
int first(int a) { puts("a string"); return a + local + common[a] + maybe(); }
__attribute__((constructor)) static void begin(void) { local++; }
int main(void) { return first(other); }
void start(void) { main(); }
"""
GROUPS = """
 .section .text.f,"axG",@progbits,f,comdat
f: ret
 .section .init_array,"aw"
 .quad f
 .section meta,"ao",@progbits,.text.f
 .quad f
 .section keep,"awR",@progbits
 .quad __start_meta, __stop_meta
 .weak __start_meta, __stop_meta
 .text
 .globl resolved
 .type resolved,@gnu_indirect_function
resolved: ret
 leaq resolved(%rip), %rax
 call resolved@PLT
 movq resolved@GOTPCREL(%rip), %rax
 .section .note.gnu.property,"a"
 .p2align 3
 .long 4, 16, 5
 .asciz "GNU"
 .long 0xc0000002, 4, 3, 0
"""

LLVM = """
 .globl first, second
first: call second
 .section .text.second,"ax",@progbits
second: jmp first
 .cg_profile first, second, 20
 .cg_profile second, first, 3
 .data
 .quad first + 8, second - .
 .section .deplibs,"MS",@llvm_dependent_libraries,1
 .asciz "somewhere.o"
"""

LIBRARY = """
 .globl first, second, old, value, wanted
 .symver old, second@V1
 .weak maybe
 .hidden secret
first: call wanted
 call maybe
second:
old: ret
 .data
value: .long 2
secret: .long 3
 .size value, 4
 .type value, @object
"""
USER = """
 .globl user
 .symver old, second@V1
user: call first
 call second
 call old
"""
LIBRARY_VERSIONS = "V1 { global: first; local: hidden*; }; V2 { global: second; value; } V1;"


class Seeds:
    def __init__(self, folder):
        self.folder = Path(folder)

    def run(self, *command):
        subprocess.run([str(word) for word in command], cwd=self.folder, check=True)

    def write(self, target, name, data):
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)

    def compile(self, name, source, *flags):
        suffix = ".cc" if source is CXX_PROGRAM else ".s" if source is GROUPS or source.startswith(".text") else ".c"
        (self.folder / ("source" + suffix)).write_text(source)
        self.run("gcc", "-c", "source" + suffix, "-o", name, "-fdebug-prefix-map=" + str(self.folder) + "=.", *flags)
        return (self.folder / name).read_bytes()

    def section(self, name, section):
        self.run("objcopy", "-O", "binary", "--set-section-flags", section + "=alloc", "-j", section, name, "part")
        return (self.folder / "part").read_bytes()

    def objects(self):
        kinds = {
            "c-64": (C_PROGRAM, "-O1", "-fcommon"), "c-32": (C_PROGRAM, "-O1", "-m32", "-fcommon"),
            "c-64-sections": (C_PROGRAM, "-O1", "-ffunction-sections", "-fdata-sections", "-fPIC"),
            "c-32-pic": (C_PROGRAM, "-O1", "-m32", "-fPIC"),
            "cxx-64": (CXX_PROGRAM, "-O1"), "cxx-32": (CXX_PROGRAM, "-O1", "-m32"), "groups": (GROUPS,),
            "c-64-debug": (C_PROGRAM, "-O0", "-g1", "-gz"),
        }
        for options_byte, (name, (source, *flags)) in enumerate(kinds.items()):
            data = self.compile(name + ".o", source, *flags)
            self.write("object", name, data + bytes([options_byte * 37 % 256]))
        (self.folder / "source.s").write_text(LLVM)
        for name, flags in {"llvm": (), "llvm-compact": ("-Wa,--crel,--allow-experimental-crel",)}.items():
            self.run("clang-19", "-target", "x86_64-linux-gnu", *flags, "-c", "source.s", "-o", "llvm.o")
            self.write("object", name, (self.folder / "llvm.o").read_bytes() + b"\x02")
        for source in sorted(GOLDEN.glob("*/*.s")):
            bits = "--32" if "i386" in source.parent.name else "--64"
            self.run("as", bits, source, "-o", "golden.o")
            self.write("object", f"golden-{source.parent.name}-{source.stem}",
                       (self.folder / "golden.o").read_bytes() + b"\x01")

    def macho_objects(self):
        (self.folder / "macho.c").write_text(MACHO_PROGRAM)
        (self.folder / "macho.cc").write_text(CXX_PROGRAM)
        kinds = (("c", ["-O1"]), ("sections", ["-O0", "-g1"]), ("common", ["-O1", "-fcommon"]), ("cxx", ["-O1"]))
        for number, cpu in enumerate(("x86_64", "i386", "arm64")):
            for kind, flags in kinds:
                source = "macho.cc" if kind == "cxx" else "macho.c"
                self.run("clang-19", "-target", f"{cpu}-apple-macos11", *flags, "-c", source, "-o", "macho.o")
                data = (self.folder / "macho.o").read_bytes()
                for is_joined in (False, True):  # with -r, too; the oldest system goes round
                    name = f"{kind}-{cpu}" + ("-joined" if is_joined else "")
                    bits = 128 | 1 if is_joined else (number * 37 + len(kind)) & ~2
                    self.write("macho_object", name, data + bytes([number + len(kind), bits]))

    # Outputs, with fixups of both kinds, thread-locals, unwind tables and a signature.
    def macho_images(self):
        (self.folder / "image.c").write_text(MACHO_PROGRAM +
                                            "_Thread_local int each = 3; int* now(void) { return &each; }\n")
        (self.folder / "image.cc").write_text(CXX_PROGRAM)
        for minimum in ("10.9", "13.0"):
            for source in ("image.c", "image.cc"):
                self.run("clang-19", "-target", f"x86_64-apple-macos{minimum}", "-O1", "-c", source, "-o", "image.o")
                self.run("ld64.lld-19", "-arch", "x86_64", "-platform_version", "macos", minimum, minimum, "-dylib",
                         "-undefined", "dynamic_lookup", "image.o", "-o", "image")
                language = "cxx" if source.endswith("cc") else "c"
                self.write("macho_image", f"{language}-{minimum}", (self.folder / "image").read_bytes())

    # The last byte: bits 0 and 1 are the CPU of tests/fuzz/fuzz_elf_to_macho.cc.
    def elf_for_macho(self):
        (self.folder / "pic.c").write_text(C_PROGRAM)
        (self.folder / "pic.cc").write_text(CXX_PROGRAM)
        for number, (name, target) in enumerate((("x86_64", "x86_64-linux-gnu"), ("arm64", "aarch64-linux-gnu"),
                                                 ("i386", "i386-linux-gnu"))):
            pic = [] if name == "i386" else ["-fPIC"]
            for kind, source, flags in (("c", "pic.c", ["-fcommon"]), ("sections", "pic.c", ["-ffunction-sections"]),
                                        ("cxx", "pic.cc", [])):
                self.run("clang-19", "-target", target, "-O1", *pic, *flags, "-c", source, "-o", "pic.o")
                self.write("elf_to_macho", f"{kind}-{name}",
                           (self.folder / "pic.o").read_bytes() + bytes([number + 4 * len(kind)]))

    def archives(self):
        for name in ("first", "second"):
            (self.folder / f"{name}.s").write_text(f" .globl {name}\n{name}: ret\n")
            self.run("as", f"{name}.s", "-o", f"{name}.o")
            self.run("as", f"{name}.s", "-o", f"{name}-of-a-very-long-name.o")
        long_names = ["first-of-a-very-long-name.o", "second-of-a-very-long-name.o"]
        self.pack("gnu", "rcsD", long_names)
        self.pack("no-index", "rcSD", ["first.o", "second.o"])
        self.pack("thin", "rcsDT", long_names)
        self.pack("bsd", "rcsD", long_names, "--format=bsd")
        self.pack("darwin", "rcsD", long_names, "--format=darwin")
        self.write("archive", "empty", "!<arch>\n")

    def pack(self, name, operation, members, *flags):
        self.run("llvm-ar-19", *flags, operation, name + ".a", *members)
        self.write("archive", name, (self.folder / (name + ".a")).read_bytes())

    def shared_objects(self):
        (self.folder / "lib.map").write_text(LIBRARY_VERSIONS)
        for bits, style in (("64", "both"), ("32", "both"), ("64", "gnu"), ("32", "sysv")):
            for name, source in (("lib", LIBRARY), ("user", USER)):
                (self.folder / (name + ".s")).write_text(source)
                self.run("as", "--" + bits, name + ".s", "-o", name + ".o")
            link = ("ld.bfd", "-m", "elf_x86_64" if bits == "64" else "elf_i386", "-shared", "--hash-style=" + style, "-s",
                    "-z", "noseparate-code", "-z", "max-page-size=4096")
            self.run(*link, "-soname", "libseed.so.1", "lib.o", "-o", "lib.so",
                     "--version-script=lib.map", "-rpath", "/lib")
            self.run(*link, "-soname", "libuser.so", "user.o", "lib.so", "-o", "user.so",
                     "--disable-new-dtags", "-rpath", "$ORIGIN")
            for name in ("lib", "user"):
                data = (self.folder / (name + ".so")).read_bytes()
                self.write("shared_object", f"{name}-{bits}-{style}", data)
                header = bytearray(data)  # and without section headers
                for begin, end in ((0x28, 0x30), (0x3c, 0x3e)) if bits == "64" else ((0x20, 0x24), (0x30, 0x32)):
                    header[begin:end] = bytes(end - begin)
                self.write("shared_object", f"{name}-{bits}-{style}-segments", bytes(header))

    def texts(self):
        self.write("script", "libm", "/* GNU ld script\n*/\nOUTPUT_FORMAT(elf64-x86-64)\n"
                   "GROUP ( /usr/lib/libm-2.36.a /usr/lib/libmvec.a AS_NEEDED ( -lfoo ) )\n")
        self.write("script", "assignments", 'ENTRY(start) EXTERN(a b) SEARCH_DIR("=/lib")\nPROVIDE(x = . + 4);\n'
                   'HIDDEN(y = ALIGN(16));z = DEFINED(x) ? 1 : 2 << 3; PROVIDE_HIDDEN (w = x += 1K);INCLUDE "f.ld"\n'
                   'OUTPUT_ARCH(i386:x86-64) TARGET(binary) STARTUP(crt.o) INPUT(a,b c)')
        self.write("script", "refused", "SECTIONS { .text : { *(.text) } }\n")
        for number, text in enumerate([
                "V1 { global: a; b*; local: *; };\nV2 { # none\n } V1;\n",
                "{ global: foo; bar; local: [a-c]*; *?x[!y]; };",
                'V { extern "C++" { "ns::f(int)"; ns::*; extern "C" { d } }; local: e; global: "f*"; };',
                "{ a; b*; };\n{ /* c */ d; };"]):
            self.write("version_script", f"{number}", text)
        self.write("script", "versions", "VERSION { V1 { a; }; V2 { b; } V1; }\n")
        for number, text in enumerate([
                "1 + 2 * (3 - -4) << 1 | 0x10 & ~7 ^ 1", "a ? b : DEFINED(c) && !d || e >= 4",
                "ADDR(.text) + SIZEOF(.a) % 3 - LOADADDR(.text)", "ALIGN(0x1000) + MAX(1, MIN(a, 2M))",
                "ABSOLUTE(a) + LOG2CEIL(77) + SIZEOF_HEADERS + CONSTANT(MAXPAGESIZE)", '"quoted name" / 2 == 17o',
                "0b101 + 12h + 1K != .", "ALIGN(a, 16) >> 2 < ALIGNOF(.b)"]):
            self.write("expression", f"{number}", text)
        for number, text in enumerate([
                "-o out -static -L/lib -lc --gc-sections -z now -z max-page-size=0x1000 main.o",
                "@again --defsym=a=b+1 -defsym x=1 --wrap malloc -y sym -Ttext=0x1000 --section-start .a=4",
                "--start-group a.a 'b c.a' --end-group --push-state --whole-archive x.a --pop-state --start-lib y.o "
                "--end-lib -b binary z", '--build-id=0x"12ab" --icf=all --map=json -Map=m "-e" main -u a\\ b --error-limit=1',
                "-arch x86_64 -platform_version macos 10.15 11.0 -o a.out -lSystem -dead_strip -e _main",
                "--help --version -m elf_i386 -O2 --threads=4 --hash-style=gnu -z nope -T script.ld folder"]):
            self.write("command_line", f"{number}", text)
        for number, name in enumerate([
                "_ZN3foo3barEi", "_ZNSt6vectorIiSaIiEE9push_backEOi", "_ZZN1a1bEvE1c_0", "_ZTIN4llvm5ErrorE",
                "_ZN4core3fmt9Formatter9write_str17h0123456789abcdefE", "_RNvC6_123foo3bar", "__ZN3foo3barEv",
                "_RINvNtC3std3mem8align_ofjdE", "_RNvXs_NtC4core3fmtRShNtB5_5Debug3fmt", "_RNCNvC1a4mainu30____7hkackfecea1cbdathfdh9hlq6y",
                "_ZN1AIXadL_ZN1B1fEvEEE1gEv", "_RNvMC0INtC8arrayvec8ArrayVecpKj7b_E3new", "plain"]):
            self.write("demangle", f"{number}", name)

    def import_records(self):
        records = {"joined": "import f,a.so\0import-function g=h@V,b.so\0\0\0import-pointer p=q@,c.so\0",
                   "no-end": "import f,a.so", "unknown-word": "export f,a.so\0", "bad-version": "import f@@V=,a\0",
                   "empty": "import \0import =,\0", "commas": "import f,/a,b=c@d\0"}
        for name, text in records.items():
            self.write("import_records", name, text)

    def libraries(self):
        self.write("library", "version4", "--- !tapi-tbd\ntbd-version: 4\ntargets: [ x86_64-macos, arm64-macos ]\n"
                   "install-name: '/a'\ncurrent-version: 1.2\nreexported-libraries:\n  - targets: [ x86_64-macos ]\n"
                   "    libraries: [ '/b' ]\nexports:\n  - targets: [ x86_64-macos ]\n"
                   "    symbols: [ _a, '$ld$hide$os10.9$_a', '$ld$previous$/was$1$1$10.0$11.0$_c$', _c ]\n"
                   "    weak-symbols: [ _w ]\n    objc-classes: [ C ]\n--- !tapi-tbd\ntargets: [ x86_64-macos ]\n"
                   "install-name: '/b'\n...\n")
        self.write("library", "version1", "---\narchs: [ i386, x86_64 ]\nplatform: macosx\ninstall-name: /x\nexports:\n"
                   "  - archs: [ i386 ]\n    symbols: [ _x ]\n    objc-classes: [ _C ]\n")
        self.write("library", "version5", '{ "tapi_tbd_version": 5, "main_library": { "target_info": '
                   '[ { "target": "x86_64-macos" } ], "install_names": [ { "name": "/j" } ], "exported_symbols": '
                   '[ { "text": { "global": [ "_f" ], "objc_class": [ "C" ] } } ] } }')
        self.write("library", "trie", b"\0\1_\0\5\0\2main\0\x14b\0\x18" + bytes(3) + b"\2\0\x20\0\2\0\x30\0")
        (self.folder / "x.c").write_text("int f(void) { return 1; } int g = 2; __attribute__((weak)) int w(void) { return g; }")
        self.run("clang-19", "-target", "x86_64-apple-macos12", "-c", "x.c", "-o", "x.o")
        for name, minimum in (("opcodes", "10.9"), ("chains", "13.0")):
            self.run("ld64.lld-19", "-dylib", "-arch", "x86_64", "-platform_version", "macos", minimum, minimum,
                     "-install_name", "/x", "x.o", "-o", "x.dylib")
            self.write("library", name, (self.folder / "x.dylib").read_bytes())

    def sections(self):
        self.compile("cxx.o", CXX_PROGRAM, "-O1")
        self.write("eh_frame", "cxx-64", self.section("cxx.o", ".eh_frame"))
        self.compile("cxx32.o", CXX_PROGRAM, "-O1", "-m32", "-fno-pic")
        self.write("eh_frame", "cxx-32", self.section("cxx32.o", ".eh_frame"))
        self.write("eh_frame", "crtend", bytes(4))
        self.compile("groups.o", GROUPS)
        self.write("properties", "feature", self.section("groups.o", ".note.gnu.property"))
        self.write("properties", "isa", struct.pack("<III4sIII4xIII4x", 4, 32, 5, b"GNU\0", 0xc0008002, 4, 1,
                                                    0xc0000002, 4, 3))
        for version in (3, 4, 5):
            name = f"dwarf{version}.o"
            self.compile(name, CXX_PROGRAM, "-O1", "-g1", f"-gdwarf-{version}")
            line_str = self.section(name, ".debug_line_str") if version == 5 else b""
            self.write("dwarf_lines", f"dwarf{version}", struct.pack("<HH", len(line_str), 0) + line_str +
                       self.section(name, ".debug_line"))

    def compressed(self):
        text = b"some text, some text, some more text. " * 9
        zlib_text = zlib.compress(text)
        self.write("decompress", "zlib-64", b"8" + struct.pack("<IIQQ", 1, 0, len(text), 1) + zlib_text)
        self.write("decompress", "zlib-32", b"4" + struct.pack("<III", 1, len(text), 1) + zlib_text)
        self.write("decompress", "zdebug", b"zZLIB" + struct.pack(">Q", len(text)) + zlib_text)
        (self.folder / "text").write_bytes(text)
        self.run("zstd", "-q", "text", "-o", "text.zst")
        zstd_text = (self.folder / "text.zst").read_bytes()
        self.write("decompress", "zstd-64", b"8" + struct.pack("<IIQQ", 2, 0, len(text), 1) + zstd_text)

    def raw_slots(self):
        """The first byte: 64-bit mode, and twice the second start of instructions (fuzz_raw_slots.cc)."""
        self.compile("raw64.o", ".text\nmov %fs:0, %rax\nmovabs %rax, %fs:8\nmov %fs:4, %rcx\nmovaps %fs:0, %xmm0\nret\n")
        self.write("raw_slots", "code-64", bytes([1]) + self.section("raw64.o", ".text"))
        self.compile("raw32.o", ".text\nmov %gs:0, %eax\naddl $5, %gs:4\nmovb $1, %gs:3\nret\n", "-m32")
        self.write("raw_slots", "code-32", bytes([0]) + self.section("raw32.o", ".text"))
        self.write("raw_slots", "data-before", bytes([1 | 2 << 1, 6, 0x64]) + self.section("raw64.o", ".text"))


def main():
    with tempfile.TemporaryDirectory() as folder:
        seeds = Seeds(folder)
        for step in (seeds.objects, seeds.macho_objects, seeds.macho_images, seeds.elf_for_macho,
                     seeds.archives, seeds.shared_objects, seeds.texts, seeds.import_records, seeds.libraries,
                     seeds.sections, seeds.compressed, seeds.raw_slots):
            step()
    for target in sorted(CORPUS.iterdir()):
        files = list(target.iterdir())
        print(f"{target.name:14} {len(files):3} seeds, {sum(f.stat().st_size for f in files):7} bytes")


if __name__ == "__main__":
    main()
