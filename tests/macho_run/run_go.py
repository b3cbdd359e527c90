#!/usr/bin/env python3
"""Builds go_program/ for macOS with the go tool, linked externally by clang's driver and xld, and runs it with macho-run;
then the same objects, linked by xld for older and newer systems.

  run_go.py --linker LD64.XLD --verify XLD_VERIFY --loaders FOLDER --arch x86_64 --cache FOLDER [--work FOLDER]

Go's linker leaves its objects to ours, has dsymutil collect the debug information that the debug map leads to, strips the
program, and puts the debug information into it: all of them have to take what xld has written. The go tool compiles its
runtime for macOS the first time, which takes some ten seconds; --cache is where it keeps that.
"""
import argparse
import os
import pathlib
import sys

from runner import SLIDE, Failure, Runner, add_arguments, run_all

SOURCES = pathlib.Path(__file__).resolve().parent / "go_program"
OUTPUT = "162800 5 runtime error: index out of range [3] with length 0 3 2\n"
GOARCH = {"x86_64": "amd64", "arm64": "arm64"}
MINIMA = {"x86_64": ["10.15", "11.0", "13.0"], "arm64": ["11.0", "13.0"]}
HEADERS = """errno limits pthread signal stdio stdlib string sys/param sys/types TargetConditionals time unistd""".split()
SYSTEM = """___error ___stderrp __tlv_bootstrap _abort _calloc _clock_gettime _close _dup2 _execve _exit _fcntl _fprintf _fputc
_free _getenv _getpid _kevent _kill _kqueue _mach_absolute_time _mach_timebase_info _madvise _malloc _memcpy _memset _mlock
_mmap _munmap _nanosleep _open _pipe _pthread_attr_destroy _pthread_attr_getstacksize _pthread_attr_init
_pthread_attr_setdetachstate _pthread_cond_broadcast _pthread_cond_init _pthread_cond_signal
_pthread_cond_timedwait_relative_np _pthread_cond_wait _pthread_create _pthread_detach _pthread_key_create _pthread_kill
_pthread_mutex_init _pthread_mutex_lock _pthread_mutex_unlock _pthread_self _pthread_setspecific _pthread_sigmask _raise
_read _setenv _sigaction _sigaltstack _sigfillset _strerror _sysctl _sysctlbyname _unsetenv _usleep _vfprintf _write
dyld_stub_binder""".split()
FRAMEWORK = "System/Library/Frameworks/CoreFoundation.framework"


def stub(install_name, symbols):
    return f"""--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: {install_name}
exports: [ {{ targets: [ x86_64-macos, arm64-macos ], symbols: [ {", ".join(symbols)} ] }} ]
...
"""


class GoRunner(Runner):
    def write(self, name, text):
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def make_system(self):
        """Headers, libraries and tools of a Mac, as far as Go asks for them."""
        for name in HEADERS:
            self.write(f"include/{name}.h", f'#include "{self.work}/darwin.h"\n')
        for name in "libSystem", "libpthread":
            self.write(f"system/usr/lib/{name}.tbd", stub("/usr/lib/libSystem.B.dylib", SYSTEM))
        self.write(f"system/{FRAMEWORK}/CoreFoundation.tbd",
                   stub(f"/{FRAMEWORK}/Versions/A/CoreFoundation", ["_CFRelease"]))
        for source in SOURCES.iterdir():
            self.write(source.name, source.read_text())
        (self.work / "bin").mkdir(exist_ok=True)
        for name in "strip", "dsymutil":
            (self.work / "bin" / name).unlink(missing_ok=True)
            (self.work / "bin" / name).symlink_to(f"/usr/bin/{'llvm-' if name == 'strip' else ''}{name}-19")

    def build(self, minimum):
        """The program as its author makes it, and the objects in objects/."""
        (self.work / "objects").mkdir(exist_ok=True)
        target = f"-target {self.arguments.arch}-apple-macos{minimum}"
        compiler = f"clang-19 {target} -ffreestanding -Wno-everything -isystem {self.work}/include"
        driver = f"{target} --ld-path={self.arguments.linker} -isysroot {self.work}/system -Wno-everything"
        os.environ |= {"GOOS": "darwin", "GOARCH": GOARCH[self.arguments.arch], "CGO_ENABLED": "1", "CC": compiler,
                       "GOCACHE": str(self.arguments.cache.resolve()), "GOPATH": str(self.work / "path"),
                       "GOPROXY": "off", "GOFLAGS": "-mod=mod -buildvcs=false", "GOENV": "off",
                       "PATH": f"{self.work}/bin:{os.environ['PATH']}"}
        self.expect_success([
            "go", "build", "-trimpath", "-ldflags",
            f"-compressdwarf=false -linkmode=external -tmpdir={self.work}/objects -extld=clang-19 '-extldflags={driver}'",
            "-o", "program", "."])

    def link(self, minimum, extra):
        # Go keeps addresses in read-only sections of amd64.
        fixed = ["-no_pie"] if self.arguments.arch == "x86_64" else []
        self.expect_success([self.arguments.linker, "-arch", self.arguments.arch, "-platform_version", "macos", minimum,
                             "14.0", "-syslibroot", "system", *fixed, *extra, *sorted(self.work.glob("objects/*.o")),
                             "-lSystem", "-framework", "CoreFoundation", "-o", "linked"])
        self.expect_success([self.arguments.verify, "linked"])

    def check_runs(self, program):
        slides = [[], [SLIDE]] if self.arguments.arch == "arm64" else [[]]
        for slide in slides:
            # Nothing here waits for kqueue, which the host does not have.
            self.expect_same(self.run([*self.loader, "--allow-missing", *slide, f"./{program}"]), 0, OUTPUT)

    def check(self, name):
        self.make_system()
        minima = MINIMA[self.arguments.arch]
        self.build(minima[0])
        self.check_runs("program")
        found = self.run(["llvm-dwarfdump-19", "--name", "main.deep", "program"])
        if "DW_AT_name" not in found.stdout:
            raise Failure(f"no debug information of main.deep:\n{found.stdout}")
        for minimum in minima:
            self.link(minimum, ["-dead_strip"] if minimum == minima[-1] else [])
            self.check_runs("linked")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--linker", required=True)
    parser.add_argument("--verify", required=True)
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    add_arguments(parser, list(GOARCH), ["go"])
    return run_all(parser.parse_args(), ["go"], GoRunner)


if __name__ == "__main__":
    sys.exit(main())
