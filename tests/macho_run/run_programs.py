#!/usr/bin/env python3
"""Compiles the programs of this folder for Darwin, links them with one linker, and runs them with macho-run at two
slides, with lazy binding and without. What they print and return must be what is written here.

  run_programs.py --linker LD --loaders FOLDER --arch x86_64 --minimum 10.15 [--verify XLD_VERIFY] [PROGRAM...]

A difference prints the commands, which can be pasted. Objects and outputs lie in --work (default: a temporary folder).
"""
import argparse
import dataclasses
import pathlib
import sys

from runner import SLIDE, Runner, add_arguments, run_all

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"


@dataclasses.dataclass
class Program:
    """One test: its links, in order, each a list of sources and options; the last one is what is run."""
    links: list
    output: str
    status: int = 0
    arguments: tuple = ()
    options: tuple = ()  # of the compiler
    archs: tuple = ("x86_64", "arm64", "i386")
    joins: bool = False  # the objects become one first, with -r, if the linker can do that
    since: tuple = (10, 5)  # the oldest minimum OS the compiler can do it for
    is_own: bool = False  # for what only xld can link
    is_slow: bool = False  # runs only if it is named


BASICS = """\
constructors 1 2, arguments 3 last
one {bits} 0
through a pointer
123 text 2.50 x 1099511627776
1.414
open -1, not there 1
written 7, removed 0
jumped 5, absent 1, apple 1, environment 1
destructor 9
"""

EXCEPTIONS = """\
~innermost
~outer
~outer
~outer
caught 40
~innermost
~outer
rethrown 1121
caught all
made once
{ends}"""
WITH_THREAD_LOCAL = EXCEPTIONS.format(ends="""\
thread ends with 7
main has 5
thread ends with 5
~made once
~global
""")

PLUGIN = """\
library starts
imported 2 3 11 77
bundle starts
library sees of the executable, of the executable
bundle returns 103, counter 15
found 1, absent 1
library sees of the executable, of the executable
library ends
"""

JOINED = """\
begin 3
begin 70
guarded
115 first second
41 4 4
140 1 115 4 41 -1 9 1 70
"""

SYSTEM = "/usr/lib/libSystem.B.dylib"
IMPORTS = [f"--dynimport={name},{SYSTEM}" for name in ("_compare=_strcmp", "_other_compare=_strcmp", "_length=_strlen",
                                                        "_print=_fprintf", "_same_output=___stdoutp")]

THREAD_LOCAL = (10, 7)
PROGRAM_TABLE = {
    "basics": Program([("basics", ["basics.c"])], BASICS, 3, ("first", "last")),
    "threads": Program([("threads", ["threads.c"])],
                       "total 250, destroyed 10, once 1, distinct 1, main 40 7\n", since=THREAD_LOCAL),
    "exceptions": Program([("exceptions", ["exceptions.cc"])],
                          WITH_THREAD_LOCAL, since=THREAD_LOCAL),
    "frameless": Program([("frameless", ["exceptions.cc"])],
                         WITH_THREAD_LOCAL, options=("-fomit-frame-pointer", "-O2"), since=THREAD_LOCAL, archs=("x86_64", "i386")),
    "without_thread_local": Program([("without_thread_local", ["exceptions.cc"])],
                                    EXCEPTIONS.format(ends="main has 7\n~made once\n~global\nthread ends with 7\n"),
                                    options=("-Dthread_local=",)),
    "plugin": Program([("libbase.dylib", ["plugin_base.c", "-dylib", "-install_name", "@loader_path/libbase.dylib"]),
                       ("liblibrary.dylib", ["plugin_library.c", "-dylib", "-install_name", "@rpath/liblibrary.dylib",
                                             "-reexport_library", "libbase.dylib"]),
                       ("bundle.so", ["plugin_bundle.c", "-bundle", "-undefined", "dynamic_lookup",
                                      "liblibrary.dylib"]),
                       ("plugin", ["plugin_main.c", "liblibrary.dylib", "-rpath", "@executable_path"])],
                      PLUGIN, 0, ("./bundle.so",), since=THREAD_LOCAL),
    "joined": Program([("joined", ["joined_first.cc", "joined_second.cc"])], JOINED,
                      options=("-fno-threadsafe-statics",), joins=True),
    "messages": Program([("messages", ["messages.c"])], "add_to_ 42\nlength 3\nlength 5\n", 5,
                        archs=("arm64", "x86_64"), since=(10, 15)),
    "far": Program([("far", ["far_main.c", "far_gap.s", "far_middle.c", "far_gap.s", "far_end.c"])],
                   "end 1\nend 2\n20 122 133\nend 0\n", 7, archs=("arm64",), since=(11, 0), is_slow=True),
    "far_segment": Program([("far_segment", ["far_segment.c", "-segprot", "__FAR", "rx", "rx"])],
                           "far 1\nfar 2\n122 133\nfar 0\n", 7, archs=("arm64", "x86_64"), since=(11, 0),
                           options=("-fno-unwind-tables", "-fno-asynchronous-unwind-tables"), is_own=True),
    "slots": Program([("slots", ["slots.c"])], "in a thread\nmain 1234, thread 1\n", archs=("x86_64", "i386")),
    "imports": Program([("imports", ["imports.c", *IMPORTS, "--dynimport=_unwanted,/nowhere/libabsent.dylib"])],
                       "4 0\n1 1\n", since=(10, 8), is_own=True),
    "classic_imports": Program([("classic_imports", ["classic_imports.c", *IMPORTS, "--macho=classic"])],
                               "4 0\n1 1\n", archs=("x86_64", "i386"), is_own=True),
}


class DarwinRunner(Runner):
    def compile(self, source, options):
        compiled = self.work / f"{source}{'.'.join(options)}.o"
        self.expect_success(["clang-19", "-target", f"{self.arguments.arch}-apple-macos{self.arguments.minimum}", "-O1", *options, "-nostdinc", "-Wno-incompatible-sysroot",
                             "-I", PROGRAMS, "-I", HERE.parents[1] / "include", "-c", PROGRAMS / source, "-o", compiled])
        return compiled

    def link(self, output, inputs, options):
        words = [self.compile(word, options) if word.endswith((".c", ".cc", ".s")) else word for word in inputs]
        version = self.arguments.minimum
        # The system first: behind a library it re-exports ld64.lld miscounts the ordinals of others.
        libraries = [] if "-r" in words else [PROGRAMS / "libSystem.tbd", PROGRAMS / "libc++.tbd"]
        self.expect_success([self.arguments.linker, "-arch", self.arguments.arch, "-platform_version", "macos", version,
                             "14.0", *libraries, *words, "-o", output, *self.arguments.link_option])
        if self.arguments.verify and "-r" not in words:
            self.expect_success([self.arguments.verify, output])

    def check(self, name):
        program = PROGRAM_TABLE[name]
        for output, inputs in program.links:
            if program.joins and self.arguments.joins:
                self.link("joined.o", [*inputs, "-r"], list(program.options))
                inputs = ["joined.o"]
            self.link(output, inputs, list(program.options))
        expected = program.output.format(bits=32 if self.arguments.arch == "i386" else 64)
        for options in [], [SLIDE], [SLIDE, "--bind-now"]:
            done = self.run([*self.loader, *options, f"./{program.links[-1][0]}", *program.arguments])
            self.expect_same(done, program.status, expected)


def version(text):
    return tuple(map(int, text.split(".")))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--linker", required=True)
    parser.add_argument("--minimum", required=True)
    parser.add_argument("--verify")
    parser.add_argument("--joins", action="store_true", help="the linker can do -r")
    parser.add_argument("--link-option", action="append", default=[])
    add_arguments(parser, ["x86_64", "arm64", "i386"], PROGRAM_TABLE)
    arguments = parser.parse_args()
    is_own = "xld" in pathlib.Path(arguments.linker).name
    chosen = arguments.programs or [
        name for name, program in PROGRAM_TABLE.items()
        if arguments.arch in program.archs and version(arguments.minimum) >= program.since and is_own >= program.is_own
        and not program.is_slow]
    return run_all(arguments, chosen, DarwinRunner)


if __name__ == "__main__":
    sys.exit(main())
