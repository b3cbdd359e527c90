#!/usr/bin/env python3
"""Runs the run-tests (*/*.sh beside this file) against a linker and prints what failed.

With --prove, runs them against several linkers and lists the tests that none of them passes; a test that only xld can
pass says why in a line that begins with "# Only xld:".
"""
import argparse
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
TOOLS = """as addr2line ar clang-19 clang++-19 cmp g++ gcc gdb llvm-ar-19 llvm-dwarfdump-19 llvm-objcopy-19
llvm-objdump-19 llvm-readobj-19 musl-gcc nm objcopy objdump od ranlib readelf realpath strings tar timeout""".split()


def select_tests(patterns):
    tests = sorted(HERE.glob("*/*.sh"))
    return [t for t in tests if not patterns or any(p in str(t.relative_to(HERE)) for p in patterns)]


def run_test(test, environment):
    start = time.monotonic()
    try:
        done = subprocess.run(["bash", str(test)], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=120, errors="replace", text=True)
        return test, done.returncode == 0, done.stdout, time.monotonic() - start
    except subprocess.TimeoutExpired:
        return test, False, "no end after 120 s\n", time.monotonic() - start


def run_tests(tests, linker, verifier, jobs, **settings):
    environment = dict(os.environ, XLD=linker, **settings)
    if verifier:
        environment["XLD_VERIFY"] = os.path.abspath(verifier)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(lambda test: run_test(test, environment), tests)


def report_linker(arguments, tests):
    failed, times = 0, []
    for test, passed, output, seconds in run_tests(tests, arguments.xld, arguments.verify, arguments.jobs):
        times.append((seconds, test))
        if not passed:
            failed += 1
            print(f"FAIL {test.relative_to(HERE)}" + ("" if arguments.quiet else f"\n{output}"), flush=True)
    for seconds, test in sorted(times, reverse=True)[:arguments.slowest]:
        print(f"{seconds:6.2f} s {test.relative_to(HERE)}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    return failed == 0


def prove(linkers, tests, jobs):
    open_tests = tests
    for linker in linkers:
        open_tests = [test for test, passed, _, _ in run_tests(open_tests, linker, None, jobs, XLD_TEST_LENIENT="1")
                      if not passed]
        print(f"after {linker}: {len(open_tests)} of {len(tests)} tests passed by none", flush=True)
    unexplained = [test for test in open_tests if "\n# Only xld:" not in test.read_text()]
    for test in unexplained:
        print(f"UNPROVED {test.relative_to(HERE)}")
    print(f"{len(open_tests) - len(unexplained)} explained, {len(unexplained)} unexplained")
    return not unexplained


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--xld", help="the linker under test: a path or a name in PATH")
    parser.add_argument("--verify", help="xld-verify, run on every output")
    parser.add_argument("--prove", metavar="LINKER,…", help="run against these linkers instead")
    parser.add_argument("-j", dest="jobs", type=int, default=os.cpu_count())
    parser.add_argument("-q", dest="quiet", action="store_true", help="names of failed tests only")
    parser.add_argument("--slowest", type=int, default=0, help="also print the N slowest tests")
    parser.add_argument("patterns", nargs="*", help="parts of test names")
    arguments = parser.parse_args()
    if bool(arguments.xld) == bool(arguments.prove):
        parser.error("one of --xld and --prove is needed")
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        sys.exit("missing tools: " + " ".join(missing))
    tests = select_tests(arguments.patterns)
    if not tests:
        sys.exit("no test matches")
    passed = (prove(arguments.prove.split(","), tests, arguments.jobs) if arguments.prove
              else report_linker(arguments, tests))
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
