#!/usr/bin/env python3
"""Links the programs of examples/cgo for every target from one set of objects, runs each where it can be run here, and
compares what they print, byte by byte.

  run_cgo.py --xld XLD --osrun OSRUN --loaders FOLDER [--target linux-amd64]... [--update]

The programs, the runtime and the stand-ins are compiled once for x86-64 and once for i386; a target adds one object of
its own, its glue. Linux programs run natively, BSD ones under osrun, bare metal in QEMU, Darwin's under macho-run. Then
come the headers (expected/TARGET.headers), and links and runs that must fail. --update rewrites the headers.
"""
import argparse
import concurrent.futures
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EXAMPLE = ROOT / "examples" / "cgo"
PROGRAMS = ["hello", "fib", "pi", "chain"]
COMMON = ["runtime.c", "crosscall.S"]
# Targets without libraries get the archive of Debian's GMP, whose code calls no system, and what that takes from C.
STAND_INS = {"amd64": ["stand_in_stdio.c", "stand_in_libc.c"], "386": ["stand_in_stdio.c", "stand_in_gmp.c"]}
COMPILE = ["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-fno-stack-protector",
           "-fcf-protection=none", "-fno-asynchronous-unwind-tables"]
INCLUDE = ["-I", ROOT / "include", "-I", ROOT / "kernel_image/runtime/include"]
FLAGS = {"amd64": ["-m64", "-fPIC"], "386": ["-m32", "-fno-pic"]}
SLOTS = ["--tls-slot=runtime_g=0", "--tls-slot=runtime_m=1"]
BSD = ["freebsd", "netbsd", "openbsd", "dragonfly"]

# What the glue and the programs take from the system's libraries, none of which is there at link time.
GMP = ["__gmpz_init_set_ui", "__gmpz_add", "__gmpz_mul_ui", "__gmpz_addmul_ui", "__gmpz_submul_ui", "__gmpz_tdiv_q",
       "__gmpz_cmp", "__gmpz_get_str"]
PTHREADS = ["puts", "fflush", "calloc", "free", "exit", "signal", "setitimer", "sched_yield", "pthread_create",
            "pthread_attr_init", "pthread_attr_getstacksize", "pthread_mutex_init", "pthread_mutex_lock",
            "pthread_mutex_unlock", "pthread_cond_init", "pthread_cond_wait", "pthread_cond_broadcast"]
KEYS = ["pthread_key_create", "pthread_key_delete", "pthread_setspecific"]


class Failure(Exception):
    pass


def run(command, **arguments):
    command = [str(c) for c in command]
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                              timeout=60, **arguments)
    except subprocess.TimeoutExpired as late:
        raise Failure(f"no end after 60 s: {shlex.join(command)}\n{late.stdout}") from late


def checked(command, status=0, **arguments):
    result = run(command, **arguments)
    if result.returncode != status:
        raise Failure(f"{shlex.join(str(c) for c in command)}\n  status {result.returncode}, expected {status}\n"
                      f"{result.stdout.decode()}{result.stderr.decode()}")
    return result.stdout


class Objects:
    """The one set: compiled once a CPU, before any target is looked at."""

    def __init__(self, work):
        self.work = work
        self.paths = {}
        self.gmp = checked(["gcc", "-print-file-name=libgmp.a"]).decode().strip()
        for cpu, flags in FLAGS.items():
            sources = COMMON + STAND_INS[cpu] + [f"{p}.c" for p in PROGRAMS]
            folder = work / cpu
            folder.mkdir()
            for source in sources:
                self.paths[cpu, source] = self.compile(EXAMPLE / source, folder / f"{source}.o", flags)

    def compile(self, source, output, flags):
        checked([*COMPILE, *flags, *INCLUDE, "-c", source, "-o", output])
        return output

    def of(self, cpu, program, stands_in):
        names = [f"{program}.c", *COMMON, *(STAND_INS[cpu] if stands_in else [])]
        return [self.paths[cpu, name] for name in names] + ([self.gmp] if stands_in and cpu == "amd64" else [])


def imports(names, library, prefix=""):
    return [f"--dynimport={prefix}{name}={prefix}{name},{library}" for name in names]


class Target:
    """How a target's programs are linked and run."""

    def __init__(self, name, tools, objects):
        self.name, self.tools, self.objects = name, tools, objects
        self.system, self.cpu = name.split("-")
        self.work = objects.work / name
        self.work.mkdir()
        self.prepare()

    def prepare(self):
        """Compiles what is the target's own."""
        self.glue = self.objects.compile(EXAMPLE / "glue" / f"{self.system}.c", self.work / "glue.o", FLAGS[self.cpu])

    def options(self):
        return ["-static"]

    def stands_in(self):
        return True

    def link(self, program, output=None, slots=SLOTS, options=()):
        output = output or self.work / program
        command = [self.tools.xld, f"--target={self.name}", *self.options(), *slots, *options, "-o", output,
                   *self.objects.of(self.cpu, program, self.stands_in()), self.glue]
        return command, output

    def command(self, path):
        names = {"openbsd-amd64": "openbsd-5.0"}  # with threads by rfork
        name = self.name if self.cpu == "386" else names.get(self.name, self.system)
        return [self.tools.osrun, f"--system={name}", path]

    def programs(self):
        """osrun knows no signals of 32-bit systems."""
        return [p for p in PROGRAMS if p != "hello" or self.cpu == "amd64" or self.system not in BSD]

    def environment(self):
        return None

    def status(self):
        return 0

    def run_program(self, program):
        command, path = self.link(program)
        checked(command)
        output = checked(self.command(path), self.status(), env=self.environment()).replace(b"\r\n", b"\n")
        expected = (HERE / "expected" / f"{program}.txt").read_bytes()
        if output != expected:
            raise Failure(f"{shlex.join(map(str, command))}\n{shlex.join(map(str, self.command(path)))}\n"
                          f"printed {output.decode(errors='replace')}\ninstead of {expected.decode()}")


class Linux(Target):
    """GMP is the system's on amd64; on 386, for which Debian's amd64 has none, the stand-in under its name."""

    def options(self):
        loader = "/lib64/ld-linux-x86-64.so.2" if self.cpu == "amd64" else "/lib/ld-linux.so.2"
        return ["--dynamic-linker", loader, *imports(PTHREADS, "libc.so.6"), *imports(GMP, "libgmp.so.10")]

    def stands_in(self):
        return False

    def prepare(self):
        super().prepare()
        if self.cpu == "386":
            self.make_gmp()

    def make_gmp(self):
        library = self.work / "libgmp.so.10"
        checked(["gcc", "-m32", "-O2", "-fPIC", "-shared", "-ffreestanding", *INCLUDE, "-nostdlib", "-Wl,-soname,libgmp.so.10",
                 EXAMPLE / "stand_in_gmp.c", "-o", library])

    def command(self, path):
        return [path]

    def environment(self):
        return {"LD_LIBRARY_PATH": str(self.work)} if self.cpu == "386" else {}


class Darwin(Target):
    """Mach-O programs of the same ELF objects. GMP is the stand-in, as a dylib of a compiler for Darwin: the code of
    Debian's reads a guard of its stack at %fs:40, where Darwin has nothing, so that xld refuses it."""

    SYSTEM, GMP = "/usr/lib/libSystem.B.dylib", "/usr/local/lib/libgmp.10.dylib"
    MACHINES = {"amd64": ("x86_64", "10.15", []), "386": ("i386", "10.14", ["-no_pie"])}

    def prepare(self):
        super().prepare()
        self.arch, self.minimum, self.kind = self.MACHINES[self.cpu]
        self.linker = self.work / "ld64.xld"
        self.linker.symlink_to(pathlib.Path(self.tools.xld).resolve())
        gmp, library = self.work / "gmp.o", self.work / "libgmp.10.dylib"
        checked(["clang-19", "-target", f"{self.arch}-apple-macos{self.minimum}", "-O2", "-ffreestanding",
                 "-fno-stack-protector", *INCLUDE, "-c", EXAMPLE / "stand_in_gmp.c", "-o", gmp])
        checked([*self.link_command(), "-dylib", "-install_name", self.GMP, gmp, "-o", library])

    def link_command(self):
        return [self.linker, "-arch", self.arch, "-platform_version", "macos", self.minimum, "14.0"]

    def link(self, program, output=None, slots=SLOTS, options=()):
        output = output or self.work / program
        return [*self.link_command(), *self.kind, *slots, *imports(PTHREADS + KEYS, self.SYSTEM, "_"),
                *imports(GMP, self.GMP, "_"), *options, "-o", output, *self.objects.of(self.cpu, program, False),
                self.glue], output

    def command(self, path):
        return [self.tools.loaders / f"macho-run-{self.arch}", f"--library-folder={self.work}", path]


class BareMetal(Target):
    def options(self):
        return ["--image=elf"]

    def command(self, path):
        return ["qemu-system-x86_64", "-accel", "tcg", "-M", "microvm", "-m", "64M", "-display", "none", "-serial",
                "stdio", "-monitor", "none", "-nodefaults", "-no-user-config", "-no-reboot", "-device",
                "isa-debug-exit,iobase=0x501,iosize=4", "-kernel", path]

    def status(self):
        return 33


def make_target(name, tools, objects):
    kind = {"linux": Linux, "none": BareMetal, "darwin": Darwin}.get(name.split("-")[0], Target)
    return kind(name, tools, objects)


def headers(path):
    """What tells a kernel whose program it is: the ABI byte, the kinds of segments, the notes."""
    lines, in_notes = [], False
    for line in checked(["llvm-readelf-19", "-hlnW", path]).decode().splitlines():
        fields = line.split()
        if line.startswith("Displaying notes"):
            in_notes = True
            lines.append(fields[-1])
        elif in_notes and fields and fields[0] != "Owner" and not (lines[-1].startswith("note Xen")):
            lines.append(" ".join(["note", *fields]))
        elif line.strip().startswith(("OS/ABI:", "ABI Version:")):
            lines.append(" ".join(fields))
        elif re.match(r"^  [A-Z_]+ +0x[0-9a-f]{6}", line):
            lines.append("segment " + " ".join([fields[0], *fields[6:-1]]))
    return "\n".join(lines) + "\n"


def check_headers(target, update):
    command, path = target.link(target.programs()[0], target.work / "headers")
    checked(command)
    expected = HERE / "expected" / f"{target.name}.headers"
    found = headers(path)
    facts = [line for line in expected.read_text().splitlines(True) if line.startswith("#")] if expected.exists() else []
    if update:
        expected.write_text("".join(facts) + found)
    elif expected.read_text() != "".join(facts) + found:
        raise Failure(f"{shlex.join(map(str, command))}\n{path} has\n{found}instead of\n{expected.read_text()}")


# Instructions a thread's word cannot be meant by: what the linker says of each.
WRONG_ACCESSES = [
    ("mov %fs:runtime_g+4, %rax", "8 bytes at offset 4 of the slot, which has 8"),  # straddles the two words
    ("movaps %fs:runtime_g, %xmm0", "does not know how many bytes"),
    ("mov runtime_g, %rax", "no segment prefix"),
    ("mov %fs:runtime_g(%rcx), %rax", "adds a register"),
]


def expect_refusal(command, messages):
    result = run(command)
    text = result.stderr.decode()
    if result.returncode != 1 or not all(re.search(message, text) for message in messages):
        raise Failure(f"{shlex.join(str(c) for c in command)}\n  status {result.returncode}, expected 1, and {messages} in"
                      f"\n{text}")


def check_slot_errors(target):
    expect_refusal(target.link("hello", slots=[])[0], ["undefined symbol: runtime_g", "undefined symbol: runtime_m"])
    expect_refusal(target.link("hello", slots=["--tls-slot=runtime_g=2"])[0], ["--tls-slot", "runtime_g"])
    for number, (instruction, message) in enumerate(WRONG_ACCESSES):
        source = target.work / f"wrong{number}.s"
        source.write_text(f".globl wrong\nwrong: {instruction}\n ret\n.section .note.GNU-stack, \"\", @progbits\n")
        wrong = target.objects.compile(source, source.with_suffix(".o"), FLAGS[target.cpu])
        expect_refusal([*target.link("hello")[0], wrong], [f"{wrong.name}.*runtime_g.*{message}"])


def check_absent_library(target):
    """GMP is imported from a library that nobody has: the linker does not mind, the system's loader says which."""
    command, path = target.link("pi", target.work / "absent")
    checked([re.sub(r"[^,]*libgmp[^,]*$", "libabsent.so.1", str(word)) if "__gmpz" in str(word) else word
             for word in command])
    result = run(target.command(path), env=target.environment())
    if result.returncode not in (125, 127) or b"libabsent.so.1" not in result.stderr:
        raise Failure(f"{path}: status {result.returncode}\n{result.stdout.decode()}{result.stderr.decode()}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--xld", required=True)
    parser.add_argument("--osrun", required=True)
    parser.add_argument("--loaders", required=True, type=pathlib.Path)
    parser.add_argument("--target", action="append")
    parser.add_argument("--update", action="store_true")
    tools = parser.parse_args()
    targets = tools.target or ["linux-amd64", "linux-386", *(f"{s}-amd64" for s in BSD),
                               *(f"{s}-386" for s in BSD if s != "dragonfly"), "none-amd64",
                               "darwin-amd64", "darwin-386"]
    with tempfile.TemporaryDirectory(prefix="cgo-") as folder:
        objects = Objects(pathlib.Path(folder))
        tests = []
        for target in (make_target(name, tools, objects) for name in targets):
            tests += [(f"{target.name} {p}", lambda t=target, p=p: t.run_program(p)) for p in target.programs()]
            if target.system != "darwin":
                tests.append((f"{target.name} headers", lambda t=target: check_headers(t, tools.update)))
            if target.name in ("freebsd-amd64", "linux-amd64"):
                tests.append((f"{target.name} slot errors", lambda t=target: check_slot_errors(t)))
            if target.system in ("linux", "darwin"):
                tests.append((f"{target.name} absent library", lambda t=target: check_absent_library(t)))
        failures = 0
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for (name, _), result in zip(tests, [pool.submit(test) for _, test in tests]):
                try:
                    result.result()
                    print(f"passed: {name}")
                except Failure as failure:
                    failures += 1
                    print(f"FAILED: {name}\n{failure}")
    print(f"{len(tests) - failures} of {len(tests)} passed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
