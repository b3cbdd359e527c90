#!/usr/bin/env python3
"""Runs the fuzz targets: cmake --preset fuzz && cmake --build --preset fuzz && tests/fuzz/run_fuzz.py --seconds 60

Each target starts from its seeds (tests/fuzz/corpus/<target>) and what earlier runs found interesting (kept in the build
folder). As many targets run at once as there are CPUs. An input that crashes, hangs or takes too much memory is stored
in <build>/finds/<target>-...; the exit status is then 1. When it is repaired it goes to the corpus as find-<what>, where
the ordinary tests replay it.
"""
import argparse
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# Megabytes and seconds that no input of a fuzzer's size may need.
MEMORY_LIMIT = 2048
TIME_LIMIT = 10


def all_targets():
    return sorted(path.stem.removeprefix("fuzz_") for path in HERE.glob("fuzz_*.cc"))


def run(target, arguments):
    seeds = HERE / "corpus" / target
    found = arguments.build / "corpus" / target
    finds = arguments.build / "finds"
    for folder in (found, finds):
        folder.mkdir(parents=True, exist_ok=True)
    program = next(path for path in (arguments.build / "tests/fuzz" / f"xld_fuzz_{target}",
                                     arguments.build / f"xld_fuzz_{target}") if path.exists())
    command = [program, f"-max_total_time={arguments.seconds}", f"-rss_limit_mb={MEMORY_LIMIT}",
               f"-timeout={TIME_LIMIT}", f"-artifact_prefix={finds}/{target}-", "-print_final_stats=1", found, seeds]
    environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=1:allocator_may_return_null=1",
                       UBSAN_OPTIONS="print_stacktrace=1")
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace",
                            env=environment)
    return target, result.returncode, result.stderr


def summary(output):
    executed = re.search(r"stat::number_of_executed_units: (\d+)", output)
    covered = re.findall(r"cov: (\d+)", output)
    return f"{executed[1] if executed else '?':>10} inputs, {covered[-1] if covered else '?':>6} edges"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--target", action="append", choices=all_targets(), help="only this one; may be repeated")
    parser.add_argument("--build", type=Path, default=ROOT / "build/fuzz")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    failures = 0
    with ThreadPoolExecutor(arguments.jobs) as pool:
        jobs = [pool.submit(run, target, arguments) for target in arguments.target or all_targets()]
        for job in jobs:
            target, status, output = job.result()
            print(f"{'ok  ' if status == 0 else 'FIND'} {target:14} {summary(output)}", flush=True)
            if status != 0:
                failures += 1
                print(output[-6000:], flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
