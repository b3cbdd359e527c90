#!/usr/bin/env python3
"""Compiles the programs of elf_programs/ for Linux, links the ELF objects to Mach-O with xld, and runs what comes out
with macho-run at two slides. What they print and return must be what they print and return as ELF programs.

  run_elf_programs.py --linker XLD --verify XLD_VERIFY --loaders FOLDER --arch x86_64 [--sqlite FOLDER] [PROGRAM...]

--sqlite names a folder with sqlite3.c and sqlite3.h, the amalgamation, and adds a program with a database on disk.
A difference prints the commands, which can be pasted.
"""
import argparse
import dataclasses
import pathlib
import sys

from runner import SLIDE, Runner, add_arguments, run_all

HERE = pathlib.Path(__file__).resolve().parent
SOURCES = HERE / "elf_programs"
COMPILERS = {
    "x86_64": {"gcc": ["gcc"], "g++": ["g++", "-std=c++17"], "clang": ["clang-19"]},
    "i386": {"gcc": ["gcc", "-m32"], "g++": ["g++", "-m32", "-std=c++17"]},
    "arm64": {"gcc": ["clang-19", "-target", "aarch64-linux-gnu"],
              "g++": ["clang++-19", "-target", "aarch64-linux-gnu", "-std=c++17"],
              "clang": ["clang-19", "-target", "aarch64-linux-gnu"]},
}
FOREIGN_LINK = {"arm64": ["-fuse-ld=lld-19"]}
CODE_MODEL = {"i386": ["-fno-pic", "-no-pie"]}
LINKED_FOR = {"x86_64": "darwin-amd64", "arm64": "darwin-arm64", "i386": "darwin-386"}
MINIMA = {"i386": ["10.8"], "x86_64": ["10.5", "10.15", "11.0", "13.0"], "arm64": ["11.0", "13.0"]}


@dataclasses.dataclass
class Program:
    sources: list
    compiler: str
    archived: list = dataclasses.field(default_factory=list)  # sources of an archive
    options: tuple = ()
    own: tuple = ()  # options for the objects of the Mach-O program, if no linker can make an ELF program of them
    arguments: tuple = ()
    native: tuple = ()  # libraries of the ELF program
    uses_sqlite: bool = False
    is_for_all: bool = False  # runs as for each of the oldest systems that differ, and binds at once, too
    library: str = ""  # the source of a library, and of what the program opens
    bundle: str = ""
    archs: tuple = ("x86_64", "arm64")


PROGRAMS = {
    "plain": Program(["plain.c"], "gcc", is_for_all=True, options=("-fcommon",), arguments=("first",),
                     archs=("x86_64", "arm64", "i386")),
    "plain_pic_386": Program(["plain.c"], "gcc", options=("-fcommon", "-fPIC"), arguments=("first",), archs=("i386",)),
    "threads": Program(["threads.c"], "gcc", ["threads_library.c"], is_for_all=True, options=("-fcommon",),
                       arguments=("first",)),
    "threads_clang": Program(["threads.c"], "clang", ["threads_library.c"],
                             options=("-fcommon", "-ffunction-sections", "-fdata-sections"), arguments=("first",)),
    # Thread-local variables by their offsets; -fPIE comes behind -fPIC and counts.
    "models": Program(["models.c", "models_other.c"], "gcc", options=("-fPIE",)),
    "models_386": Program(["models.c", "models_other.c"], "gcc", archs=("i386",)),
    "models_pic_386": Program(["models.c", "models_other.c"], "gcc", options=("-fPIC",), archs=("i386",)),
    "models_block_386": Program(["models.c", "models_other.c"], "gcc", options=("-fPIC", "-ftls-model=local-dynamic"),
                                archs=("i386",)),
    "models_plain": Program(["models.c", "models_other.c"], "gcc", options=("-fPIE", "-O0")),
    "models_plain_386": Program(["models.c", "models_other.c"], "gcc", options=("-O0",), archs=("i386",)),
    "models_indirect_386": Program(["models.c", "models_other.c"], "gcc", options=("-mno-tls-direct-seg-refs",), archs=("i386",)),
    "models_clang": Program(["models.c", "models_other.c"], "clang", options=("-fPIE", "-ftls-model=initial-exec")),
    "models_vector": Program(["models.c", "models_other.c"], "clang", options=("-fPIE", "-mavx2", "-O3"), archs=("x86_64",)),
    "models_block": Program(["models.c", "models_other.c"], "clang", options=("-ftls-model=local-dynamic",)),
    "models_desc": Program(["models.c", "models_other.c"], "gcc", options=("-mtls-dialect=gnu2",), archs=("x86_64",)),
    "models_desc_block": Program(["models.c", "models_other.c"], "gcc", archs=("x86_64",),
                                 options=("-mtls-dialect=gnu2", "-ftls-model=local-dynamic")),
    "models_module": Program(["models.c", "models_other.c"], "clang", archs=("arm64",),
                             own=("-ftls-model=local-dynamic", "-mllvm", "-aarch64-elf-ldtls-generation")),
    # Another file's variables, too.
    "models_direct": Program(["models.c", "models_other.c"], "gcc", options=("-fPIE", "-ftls-model=local-exec"),
                             archs=("x86_64",)),
    "models_direct_386": Program(["models.c", "models_other.c"], "gcc", options=("-ftls-model=local-exec",), archs=("i386",)),
    "models_small": Program(["models.c", "models_other.c"], "clang", own=("-fPIE", "-mtls-size=12"), archs=("arm64",)),
    # The last thing it does is to overwrite its stack.
    "guards": Program(["guards.c"], "gcc", options=("-fstack-protector-all",), archs=("x86_64", "arm64", "i386")),
    "guards_clang": Program(["guards.c"], "clang", options=("-fstack-protector-all", "-O3"), archs=("x86_64", "arm64")),
    "guards_plain": Program(["guards.c"], "gcc", options=("-fstack-protector-all", "-O0"), archs=("x86_64", "arm64", "i386")),
    "starts": Program(["starts.c", "starts_other.c"], "gcc", archs=("x86_64", "arm64", "i386")),
    # ld.lld, which links the ELF programs of arm64, does not run .ctors.
    "starts_old": Program(["starts.c", "starts_old.c", "starts_other.c"], "gcc", archs=("x86_64", "i386")),
    "first_calls": Program(["first_calls.c"], "gcc", options=("-fno-builtin",), archs=("x86_64", "arm64")),
    "cxx": Program(["cxx.cc", "cxx_other.cc"], "g++", is_for_all=True),
    "cxx_framed": Program(["cxx.cc", "cxx_other.cc"], "g++", options=("-O1", "-fno-omit-frame-pointer")),
    "cxx_plain": Program(["cxx.cc", "cxx_other.cc"], "g++", options=("-O0",)),
    "cxx_386": Program(["cxx.cc", "cxx_other.cc"], "g++", options=("-fPIC",), archs=("i386",)),
    "cxx_plain_386": Program(["cxx.cc", "cxx_other.cc"], "g++", options=("-fPIC", "-O0"), archs=("i386",)),
    "images": Program(["images.c"], "gcc", is_for_all=True, library="images_library.c", bundle="images_bundle.c",
                      native=("-ldl",)),
    "images_386": Program(["images.c"], "gcc", options=("-fPIC",), library="images_library.c", bundle="images_bundle.c",
                          native=("-ldl",), archs=("i386",)),
    "sqlite": Program(["sqlite.c"], "gcc", ["sqlite3.c"], options=("-O1",), arguments=("database",), native=("-lm",),
                      uses_sqlite=True),
}


class ElfRunner(Runner):
    timeout = 300  # for sqlite

    def compile(self, program, sources, options=()):
        objects = []
        folder = ["-I", self.arguments.sqlite] if program.uses_sqlite else []
        for source in sources:
            objects.append(self.work / f"{source}.o")
            path = SOURCES / source if (SOURCES / source).exists() else self.arguments.sqlite / source
            self.expect_success([*COMPILERS[self.arguments.arch][program.compiler], "-O2",
                                 *CODE_MODEL.get(self.arguments.arch, ["-fPIC"]), "-fstack-protector-strong",
                                 *program.options, *options, *folder, "-c", path, "-o", objects[-1]])
        return objects

    def run_and_clean(self, command):
        (self.work / "database").unlink(missing_ok=True)
        return self.run(command)

    def make_images(self, program, link, suffix, system):
        """The library and the bundle, if the program has them."""
        if not program.library:
            return []
        library, bundle = (f"{source}.{suffix}.so" for source in (program.library, program.bundle))
        is_macho = suffix != "elf"
        name = ["-dylib", "-install_name", f"@loader_path/{library}"] if is_macho else []
        self.expect_success([*link, *name, *self.compile(program, [program.library]), *system, "-o", self.work / library])
        kind = ["-bundle"] if is_macho else []
        self.expect_success([*link, *kind, *self.compile(program, [program.bundle]), library, *system, "-o",
                             self.work / bundle])
        return [library, f"./{bundle}"]

    def check(self, name):
        program = PROGRAMS[name]
        objects = self.compile(program, program.sources)
        linker = self.work / "ld64.xld"  # the name chooses the dialect
        if not linker.exists():
            linker.symlink_to(self.arguments.linker.resolve())
        libraries = []
        if program.archived:
            libraries.append(self.work / f"lib{name}.a")
            libraries[0].unlink(missing_ok=True)
            self.expect_success(["llvm-ar-19", "rcs", libraries[0], *self.compile(program, program.archived)])
        driver = [*COMPILERS[self.arguments.arch][program.compiler], *FOREIGN_LINK.get(self.arguments.arch, []),
                  *CODE_MODEL.get(self.arguments.arch, [])]
        images = self.make_images(program, [*driver, "-shared"], "elf", [])
        self.expect_success([*driver, *objects, *libraries, *images[:1], "-pthread", "-rdynamic", "-Wl,-rpath,.",
                             *program.native, "-o", self.work / f"{name}.elf"])
        expected = self.run_and_clean([*self.emulator, f"./{name}.elf", *images[1:], *program.arguments])
        if program.own:
            objects = self.compile(program, program.sources, program.own)
        minima = MINIMA[self.arguments.arch]
        for minimum in minima if program.is_for_all else minima[-1:]:
            output = self.work / f"{name}.{minimum}"
            link = [linker, f"--target={LINKED_FOR[self.arguments.arch]}", "-platform_version", "macos", minimum, "14.0",
                    "-undefined", "dynamic_lookup"]
            system = HERE / "programs/libSystem.tbd"
            images = self.make_images(program, link, minimum, [system])
            self.expect_success([*link, *objects, *libraries, *images[:1], system, "-o", output])
            for image in [*images, output]:
                self.expect_success([self.arguments.verify, image])
            for options in [[], [SLIDE], [SLIDE, "--bind-now"]][:3 if program.is_for_all else 2]:
                done = self.run_and_clean([*self.loader, "--host-code", *options, output, *images[1:],
                                           *program.arguments])
                self.expect_same(done, expected.returncode, expected.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--linker", type=pathlib.Path, required=True)
    parser.add_argument("--verify", required=True)
    parser.add_argument("--sqlite", type=pathlib.Path)
    add_arguments(parser, list(LINKED_FOR), PROGRAMS)
    arguments = parser.parse_args()
    chosen = arguments.programs or [name for name, program in PROGRAMS.items()
                                    if arguments.arch in program.archs and (arguments.sqlite or not program.uses_sqlite)]
    return run_all(arguments, chosen, ElfRunner)


if __name__ == "__main__":
    sys.exit(main())
