#!/usr/bin/env python3
"""Boots kernels in QEMU and compares what they say on the serial port, to the letter, and how they end.

  run_kernel.py --xld XLD TEST...      each test is one source file, C, C++ or assembly

A test opens with a comment of directives, one a line behind "//":

  boot: -M microvm -m 64M     QEMU's options for one boot. Several in a row share what follows up to the next boot:
  twice: -icount shift=0      the same, but two boots must say the very same
  plain: -M pc                the same, without the debug-exit device; a triple fault starts over instead of ending
  exit: 33                    QEMU's exit status (33 unless it says so)
  compile: -mavx              further options for the compiler
  link: --defsym=a=1          further options for the linker, which finds the runtime by itself
  with: other.cc              a further source, linked before the runtime
  > text                      one line of the serial log; {x} stands for hex digits, {n} for decimal ones, {*} for text
  fails                       after the expectations: the boot must NOT meet them (a test of the test)

{source} in QEMU's options is the path of the test itself. A boot that ends with another status, says anything else or
takes too long is a failure. QEMU's own status is 0 after a triple fault, so 0 is a success in plain boots only.
"""
import argparse
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

QEMU = ["qemu-system-x86_64", "-accel", "tcg", "-display", "none", "-serial", "stdio", "-monitor", "none", "-nodefaults",
        "-no-user-config"]
EXIT_DEVICE = ["-no-reboot", "-device", "isa-debug-exit,iobase=0x501,iosize=4"]
COMPILE = ["-O2", "-g1", "-ffreestanding", "-fno-pic", "-fno-omit-frame-pointer", "-Wall", "-Wextra", "-Werror"]
CXX_ONLY = ["-std=c++20", "-fno-exceptions", "-fno-rtti"]
SECONDS = 60

ROOT = Path(__file__).resolve().parents[2]


class Failure(Exception):
    pass


class Expectation:
    """How some boots end and what they say."""

    def __init__(self):
        self.boots, self.log, self.exit, self.must_fail = [], [], 33, False

    def is_begun(self):
        return bool(self.log) or self.exit != 33

    def pattern(self):
        return "".join(map(line_pattern, self.log))


def line_pattern(line):
    pattern = re.escape(line + "\n")
    for name, meaning in (("x", "[0-9a-f]+"), ("n", "[0-9]+"), (r"\*", "[^\n]*")):
        pattern = pattern.replace(re.escape("{") + name + re.escape("}"), meaning)
    return pattern


class Test:
    """What the comment at the top of a source says."""

    def __init__(self, path):
        self.path = path
        self.compile, self.link, self.sources = [], [], [path]
        self.expectations = [Expectation()]
        for line in path.read_text().splitlines():
            if not line.startswith("//"):
                break
            self.read_directive(line[2:].strip())
        if not self.expectations[0].boots:
            raise Failure(f"{path}: no boot: line")

    def read_directive(self, text):
        word, _, rest = text.partition(" ")
        last = self.expectations[-1]
        if word in ("boot:", "twice:", "plain:"):
            if last.is_begun():
                self.expectations.append(Expectation())
            device = [] if word == "plain:" else EXIT_DEVICE
            options = device + shlex.split(rest.replace("{source}", str(self.path.resolve())))
            self.expectations[-1].boots.append((options, word == "twice:"))
        elif word == "exit:":
            last.exit = int(rest)
        elif word == "compile:":
            self.compile += rest.split()
        elif word == "link:":
            self.link += rest.split()
        elif word == "with:":
            self.sources.append(self.path.parent / rest)
        elif word == ">":
            last.log.append(rest)
        elif text == "fails":
            last.must_fail = True


def run(command, seconds=SECONDS):
    try:
        return subprocess.run(command, capture_output=True, timeout=seconds, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as late:
        raise Failure(f"no end after {seconds} s: {' '.join(map(str, command))}\n{(late.stdout or b'').decode()}")


def checked(command):
    result = run(command)
    if result.returncode != 0:
        raise Failure(f"{' '.join(map(str, command))}\n{result.stderr.decode()}")
    return result


def compile_source(source, options, directory):
    output = directory / (source.name + ".o")
    compiler = ["g++", *CXX_ONLY] if source.suffix == ".cc" else ["gcc"]
    include = ["-I", ROOT / "kernel_image/runtime/include", "-I", ROOT]
    checked([*compiler, *COMPILE, *include, *options, "-c", source, "-o", output])
    return output


def build(test, tools, directory):
    objects = [compile_source(source, test.compile, directory) for source in test.sources]
    image = directory / "kernel"
    checked([tools.xld, "--target=none-amd64", "--image=elf", "--gc-sections", *test.link, "-o", image, *objects])
    return image


def describe_difference(found, wanted):
    lines = found.splitlines()
    for i in range(max(len(lines), len(wanted))):
        line = lines[i] if i < len(lines) else None
        expected = wanted[i] if i < len(wanted) else None
        if line is None or expected is None or not re.fullmatch(line_pattern(expected), line + "\n"):
            return f"line {i + 1} of the log is {line!r} instead of {expected!r}"
    return "the log does not end with a whole line"


def boot(image, options):
    """The log, the exit status, and a text that tells how to repeat it."""
    command = [*QEMU, *options, "-kernel", str(image)]
    result = run(command)
    log = result.stdout.decode(errors="replace").replace("\r\n", "\n")
    return log, result.returncode, f"{shlex.join(command)}\n{log}{result.stderr.decode()}"


def check_boot(image, options, expectation):
    log, status, report = boot(image, options)
    problem = None
    if status != expectation.exit:
        problem = f"status {status} instead of {expectation.exit}"
    elif not re.fullmatch(expectation.pattern(), log):
        problem = describe_difference(log, expectation.log)
    if expectation.must_fail:
        problem = None if problem else "it should fail, and did not"
    if problem:
        raise Failure(f"{problem}\n{report}")
    return log


def run_test(test, tools, directory):
    image = build(test, tools, directory)
    for expectation in test.expectations:
        for options, is_twice in expectation.boots:
            log = check_boot(image, options, expectation)
            if is_twice and check_boot(image, options, expectation) != log:
                raise Failure(f"two boots of one image say different things; the first said\n{log}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--xld", required=True)
    parser.add_argument("--keep", type=Path, help="leave the images in this directory")
    parser.add_argument("tests", nargs="+", type=Path)
    tools = parser.parse_args()
    failures = 0
    for path in tools.tests:
        with tempfile.TemporaryDirectory() as directory:
            directory = tools.keep or Path(directory)
            try:
                run_test(Test(path), tools, directory)
            except Failure as failure:
                failures += 1
                print(f"FAILED {path.name}: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
