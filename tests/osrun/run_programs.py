#!/usr/bin/env python3
"""Compiles the programs of this folder for one system, links them with xld, and runs them with osrun; then programs
that the system's kernel refuses, or that do what osrun cannot.

  run_programs.py --xld XLD --osrun OSRUN --system freebsd [PROGRAM...]

A failure prints the command, which can be pasted. Objects and outputs lie in --work (default: a temporary folder).
"""
import argparse
import pathlib
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = ["files", "memory", "signals", "start", "thread_pointer", "threads", "time"]
COMPILE = ["gcc", "-O1", "-Wall", "-Werror", "-ffreestanding", "-fno-stack-protector", "-fno-pie", "-mno-red-zone",
           "-fcf-protection=none", "-fno-asynchronous-unwind-tables"]
REFUSED, UNSUPPORTED = 126, 125
SYSTEMS = ["freebsd", "netbsd", "openbsd", "dragonfly"]

# Programs of one purpose, in assembler: (name, systems, source, options of xld, options of osrun, status, message)
BRK = "_start: mov $17, %eax\n syscall\n"
LOOK_AT_NULL = "_start: mov 0, %eax\n"
NOTHING = "_start: mov $1, %eax\n xor %edi, %edi\n syscall\n"
WRITES_CODE = ".section .text\n_start: incb 1f+1(%rip)\n1: mov $0, %edi\n mov $1, %eax\n syscall\n"
TOO_RANDOM = NOTHING + ".section .openbsd.randomdata, \"aw\", @nobits\n .zero 0x200000\n"
CASES = [
    ("unknown call", SYSTEMS, BRK, [], [], UNSUPPORTED, "system call 17 at 0x"),
    ("fault", SYSTEMS, LOOK_AT_NULL, [], [], 128 + 11, "ended by signal 11"),
    ("entry nowhere", SYSTEMS, NOTHING, ["-e", "0x10"], [], 128 + 11, "nothing is mapped at its entry, 0x10"),
    ("no note", SYSTEMS, NOTHING, ["--target=linux-amd64"], ["--system={system}"], REFUSED, "ENOEXEC"),
    ("another system's", ["freebsd"], NOTHING, [], ["--system=openbsd"], REFUSED, "neither its note nor its OS ABI"),
    ("another system's", ["netbsd"], NOTHING, [], ["--system=freebsd"], REFUSED, "neither its note nor its OS ABI"),
    ("another system's", ["openbsd"], NOTHING, [], ["--system=netbsd"], REFUSED, "neither its note nor its OS ABI"),
    ("another system's", ["dragonfly"], NOTHING, [], ["--system=netbsd"], REFUSED, "neither its note nor its OS ABI"),
    ("another CPU's", ["freebsd"], NOTHING, [], ["--system=freebsd-386"], REFUSED, "neither its note nor its OS ABI"),
    ("interpreter", SYSTEMS, NOTHING, ["-pie", "--dynamic-linker=/libexec/ld.so"], [], REFUSED, "interpreter"),
    ("writable code", ["freebsd", "netbsd", "dragonfly"], WRITES_CODE, ["-N"], [], 1, ""),
    ("writable code", ["openbsd"], WRITES_CODE, ["-N"], [], REFUSED, "W^X"),
    ("writable code, needed", ["openbsd"], WRITES_CODE, ["-N", "-z", "wxneeded"], [], 1, ""),
    ("too much random data", ["openbsd"], TOO_RANDOM, [], [], REFUSED, "ENOMEM"),
    ("a static PIE", SYSTEMS, NOTHING, ["-pie", "--no-dynamic-linker"], [], 0, ""),
]


class Failure(Exception):
    pass


def run(command, **arguments):
    return subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=60, **arguments)


def expect(command, status, output, **arguments):
    result = run(command, **arguments)
    if result.returncode != status or output not in result.stdout:
        raise Failure(f"{shlex.join(str(c) for c in command)}\n  status {result.returncode}, expected {status}; "
                      f"expected {output!r} in:\n{result.stdout}")


def build(args, work, source, name, options):
    """The path of the program that `source` (a file, or the text of one in assembler) becomes."""
    object_file, program = work / f"{name}.o", work / name
    if isinstance(source, str):
        assembly = work / f"{name}.s"
        assembly.write_text(".globl _start\n" + source)
        source = assembly
    expect([*COMPILE, f"-D{args.system.upper()}", *(["-DRFORK"] if name.endswith("rfork") else []), "-c", source, "-o",
            object_file], 0, "")
    targets = [] if any(o.startswith("--target") for o in options) else [f"--target={args.system}-amd64"]
    expect([args.xld, *targets, "-e", "_start", *options, object_file, "-o", program], 0, "")
    return program


def run_program(args, work, name):
    source = HERE / "programs" / f"{name.removesuffix('-rfork')}.c"
    program = build(args, work, source, name, [])
    digits = work / "digits"
    digits.write_text("0123456789")
    with digits.open() as stream:
        expect([args.osrun, program, "one", "two"], 0, "fine\n", stdin=stream)


def run_case(args, work, number, case):
    _, _, source, options, runner_options, status, message = case
    program = build(args, work, source, f"case{number}", options)
    expect([args.osrun, *(o.format(system=args.system) for o in runner_options), program], status, message)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--xld", required=True)
    parser.add_argument("--osrun", required=True)
    parser.add_argument("--system", required=True, choices=SYSTEMS)
    parser.add_argument("--work", type=pathlib.Path)
    parser.add_argument("programs", nargs="*")
    args = parser.parse_args()
    work = args.work or pathlib.Path(tempfile.mkdtemp(prefix="osrun-"))
    work.mkdir(parents=True, exist_ok=True)
    programs = args.programs or PROGRAMS + (["threads-rfork"] if args.system == "openbsd" else [])
    tests = [(name, lambda name=name: run_program(args, work, name)) for name in programs]
    if not args.programs:
        tests += [(case[0], lambda n=n, case=case: run_case(args, work, n, case))
                  for n, case in enumerate(CASES) if args.system in case[1]]
    failures = 0
    for name, test in tests:
        try:
            test()
            print(f"passed: {name}")
        except Failure as failure:
            failures += 1
            print(f"FAILED: {name}\n{failure}")
    print(f"{len(tests) - failures} of {len(tests)} passed" + (f"; {work}" if failures else ""))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
