#!/usr/bin/env python3
"""Golden tests: link a small input, dump the output as text with independent tools, compare with expected.txt.

  run_golden.py --xld PATH [--verify PATH] [--update] [CASE...]

A case is a folder with a case.txt of directives, one a line; `#` starts a comment, %-words are replaced:

  about: SENTENCE            what the case shows
  input: COMMAND             makes an object; run in a scratch folder, %src is the case's folder, %xld the linker
  link: ARGUMENTS            the linker's, after its name; the output is `out`
  program: NAME              the linker's name, which chooses the dialect (optional)
  verify: OPTIONS            for xld-verify (optional); `verify: off` leaves it out, which needs a reason
  run: STATUS                run the output and expect this exit status (optional)
  dump: COMMAND              appended to the golden text; several are allowed
  keep: REGEX                of a dump's lines, only those that match (for the last dump)

Dumps must read the same on every machine: the scratch folder is the working directory and inputs are assembler text.
Differences are printed as a unified diff, followed by a command line that repeats the case.
"""
import argparse
import difflib
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
KEYS = {"about", "input", "link", "program", "verify", "run", "dump", "keep"}
# Lines that name a tool's version or the file dumped.
UNSTABLE = re.compile(r"^(File:|Loading |.*:\s+file format |LoadName:|\s*Linker: )")
# What a user writes, and the tool of the pinned LLVM it stands for.
TOOLS = {"readobj": "llvm-readobj-19", "objdump": "llvm-objdump-19", "readelf": "llvm-readelf-19", "as": "as",
         "clang": "clang-19", "gcc": "gcc"}


class CaseError(Exception):
    pass


class Case:
    def __init__(self, folder):
        self.folder = folder
        self.name = folder.name
        self.inputs, self.dumps = [], []
        self.about = self.link = self.program = ""
        self.verify, self.run = "", None
        for number, line in enumerate((folder / "case.txt").read_text().splitlines(), 1):
            self.read_line(number, line.split("#", 1)[0].strip())
        if not (self.about and self.inputs and self.link and self.dumps):
            raise CaseError(f"{self.name}/case.txt: about, input, link and dump are required")

    def read_line(self, number, line):
        if not line:
            return
        key, separator, value = line.partition(":")
        value = value.strip()
        if not separator or key not in KEYS:
            raise CaseError(f"{self.name}/case.txt:{number}: unknown directive '{key}'")
        if key == "input":
            self.inputs.append(value)
        elif key == "dump":
            self.dumps.append((value, None))
        elif key == "keep":
            if not self.dumps:
                raise CaseError(f"{self.name}/case.txt:{number}: keep: without a dump: before it")
            self.dumps[-1] = (self.dumps[-1][0], re.compile(value))
        else:
            setattr(self, key, value)


def run(command, scratch, what, expected=0):
    environment = {**os.environ, "LC_ALL": "C"}
    result = subprocess.run(command, cwd=scratch, capture_output=True, text=True, errors="replace", env=environment,
                            timeout=60)
    if result.returncode != expected:
        raise CaseError(f"{what} gave exit status {result.returncode}, not {expected}\n    {shlex.join(command)}\n"
                        f"{result.stdout}{result.stderr}".rstrip())
    return result.stdout


def tool_command(text, case):
    words = shlex.split(text.replace("%src", str(case.folder)))
    return [TOOLS.get(words[0], words[0])] + words[1:]


def stable_lines(text, keep):
    lines = [line.rstrip() for line in text.splitlines() if not UNSTABLE.match(line)]
    if keep:
        lines = [line for line in lines if keep.search(line)]
    return lines


def make_dump(case, scratch):
    lines = []
    for command, keep in case.dumps:
        lines += [f"$ {command}"] + stable_lines(run(tool_command(command, case), scratch, "dump"), keep) + [""]
    return "\n".join(lines)


def link_and_dump(case, arguments, scratch):
    for command in case.inputs:
        run(tool_command(command.replace("%xld", arguments.xld), case), scratch, "input")
    xld = arguments.xld
    if case.program:
        xld = os.path.join(scratch, case.program)
        os.symlink(arguments.xld, xld)
    run([xld] + shlex.split(case.link.replace("%src", str(case.folder))), scratch, "link")
    if arguments.verify and case.verify != "off":
        run([arguments.verify] + shlex.split(case.verify) + ["out"], scratch, "xld-verify")
    if case.run is not None:
        run(["./out"], scratch, "the output", int(case.run))
    return make_dump(case, scratch)


def compare(case, actual, update):
    path = case.folder / "expected.txt"
    expected = path.read_text() if path.exists() else None
    if update:
        path.write_text(actual)
        return "" if expected == actual else f"{case.name}: expected.txt rewritten"
    if expected is None:
        raise CaseError("there is no expected.txt: look at the output, then run with --update")
    if expected != actual:
        raise CaseError("\n".join(difflib.unified_diff(expected.splitlines(), actual.splitlines(), "expected.txt",
                                                       "actual", lineterm="")))
    return ""


def check_case(name, arguments):
    """True if the case passes."""
    try:
        case = Case(HERE / name)
        with tempfile.TemporaryDirectory(prefix="golden-") as scratch:
            actual = link_and_dump(case, arguments, scratch)
        message = compare(case, actual, arguments.update)
        if message:
            print(message)
        return True
    except (CaseError, OSError, subprocess.TimeoutExpired) as error:
        again = f"{HERE / 'run_golden.py'} --xld {arguments.xld}"
        again += f" --verify {arguments.verify}" if arguments.verify else ""
        print(f"FAILED {name}: {error}\n  again: {again} {name}")
        return False


def program(path):
    """A path with a slash must survive the change of directory."""
    return os.path.abspath(path) if "/" in path else path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--xld", required=True, type=program)
    parser.add_argument("--verify", type=program, help="xld-verify, run on every output")
    parser.add_argument("--update", action="store_true", help="rewrite expected.txt")
    parser.add_argument("cases", nargs="*", metavar="CASE")
    arguments = parser.parse_args()
    names = arguments.cases or sorted(path.parent.name for path in HERE.glob("*/case.txt"))
    failed = [name for name in names if not check_case(name, arguments)]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
