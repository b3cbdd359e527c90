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
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SOURCES = HERE / "elf_programs"
SLIDE = "--slide=0x1234000"
COMPILERS = {
    "x86_64": {"gcc": ["gcc"], "g++": ["g++", "-std=c++17"], "clang": ["clang-19"]},
    "i386": {"gcc": ["gcc", "-m32"]},
    "arm64": {"gcc": ["clang-19", "-target", "aarch64-linux-gnu"],
              "g++": ["clang++-19", "-target", "aarch64-linux-gnu", "-std=c++17"],
              "clang": ["clang-19", "-target", "aarch64-linux-gnu"]},
}
FOREIGN_LINK = {"arm64": ["-fuse-ld=lld-19"]}
# Global offset tables as i386 has them cannot be translated.
CODE_MODEL = {"i386": ["-fno-pic", "-no-pie"]}
LINKED_FOR = {"x86_64": "darwin-amd64", "arm64": "darwin-arm64", "i386": "darwin-386"}
MINIMA = {"i386": ["10.8"]}


@dataclasses.dataclass
class Program:
    sources: list
    compiler: str
    archived: list = dataclasses.field(default_factory=list)  # sources of an archive
    options: tuple = ()
    arguments: tuple = ()
    native: tuple = ()  # libraries of the ELF program
    uses_sqlite: bool = False
    archs: tuple = ("x86_64", "arm64")


PROGRAMS = {
    "plain": Program(["plain.c"], "gcc", options=("-fcommon",), arguments=("first",), archs=("x86_64", "arm64", "i386")),
    "threads": Program(["threads.c"], "gcc", ["threads_library.c"], options=("-fcommon",), arguments=("first",)),
    "threads_clang": Program(["threads.c"], "clang", ["threads_library.c"],
                             options=("-fcommon", "-ffunction-sections", "-fdata-sections"), arguments=("first",)),
    "starts": Program(["starts.c", "starts_other.c"], "gcc", archs=("x86_64", "arm64", "i386")),
    # ld.lld, which links the ELF programs of arm64, does not run .ctors.
    "starts_old": Program(["starts.c", "starts_old.c", "starts_other.c"], "gcc", archs=("x86_64", "i386")),
    "cxx": Program(["cxx.cc", "cxx_other.cc"], "g++"),
    "sqlite": Program(["sqlite.c"], "gcc", ["sqlite3.c"], options=("-O1",), arguments=("database",), native=("-lm",), uses_sqlite=True),
}


class Failure(Exception):
    pass


class Runner:
    def __init__(self, arguments, work):
        self.arguments = arguments
        self.work = work
        self.log = []

    def run(self, command):
        self.log.append(shlex.join(map(str, command)))
        return subprocess.run(list(map(str, command)), cwd=self.work, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=300)

    def expect_success(self, command):
        done = self.run(command)
        if done.returncode != 0:
            raise Failure(f"status {done.returncode}:\n{done.stdout}")

    def compile(self, program, sources):
        objects = []
        folder = ["-I", self.arguments.sqlite] if program.uses_sqlite else []
        for source in sources:
            objects.append(self.work / f"{source}.o")
            path = SOURCES / source if (SOURCES / source).exists() else self.arguments.sqlite / source
            self.expect_success([*COMPILERS[self.arguments.arch][program.compiler], "-O2",
                                 *CODE_MODEL.get(self.arguments.arch, ["-fPIC"]), "-fno-stack-protector", *program.options, *folder, "-c", path, "-o", objects[-1]])
        return objects

    def loader(self):
        loader = self.arguments.loaders.resolve() / f"macho-run-{self.arguments.arch}"
        return ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu", loader] if self.arguments.arch == "arm64" else [loader]

    def run_and_clean(self, command):
        (self.work / "database").unlink(missing_ok=True)
        return self.run(command)

    def check(self, name, program):
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
        self.expect_success([*driver, *objects, *libraries, "-pthread", *program.native, "-o",
                             self.work / f"{name}.elf"])
        emulator = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"] if self.arguments.arch == "arm64" else []
        expected = self.run_and_clean([*emulator, f"./{name}.elf", *program.arguments])
        for minimum in MINIMA.get(self.arguments.arch, ["10.15", "13.0"]):
            output = self.work / f"{name}.{minimum}"
            self.expect_success([linker, f"--target={LINKED_FOR[self.arguments.arch]}",
                                 "-platform_version", "macos", minimum, "14.0", "-undefined", "dynamic_lookup",
                                 *objects, *libraries, HERE / "programs/libSystem.tbd", "-o", output])
            self.expect_success([self.arguments.verify, output])
            for options in [], [SLIDE]:
                done = self.run_and_clean([*self.loader(), "--host-code", *options, output, *program.arguments])
                if (done.returncode, done.stdout) != (expected.returncode, expected.stdout):
                    raise Failure(f"status {done.returncode} instead of {expected.returncode}, output:\n{done.stdout}"
                                  f"instead of:\n{expected.stdout}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--linker", type=pathlib.Path, required=True)
    parser.add_argument("--verify", required=True)
    parser.add_argument("--loaders", type=pathlib.Path, required=True)
    parser.add_argument("--arch", required=True, choices=list(LINKED_FOR))
    parser.add_argument("--sqlite", type=pathlib.Path)
    parser.add_argument("--work", type=pathlib.Path)
    parser.add_argument("programs", nargs="*", choices=[[], *PROGRAMS])
    arguments = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or pathlib.Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        chosen = arguments.programs or [name for name, program in PROGRAMS.items()
                                        if arguments.arch in program.archs
                                        and (arguments.sqlite or not program.uses_sqlite)]
        for name in chosen:
            runner = Runner(arguments, work)
            try:
                runner.check(name, PROGRAMS[name])
            except (Failure, subprocess.TimeoutExpired) as failure:
                failed += 1
                print(f"{name} FAILED: {failure}\ncommands, in {work}:\n  " + "\n  ".join(runner.log))
        print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
