"""What run_programs.py and run_elf_programs.py share: commands that are noted for the report of a failure, the loader of
a CPU, and the loop over the programs that were chosen.
"""
import pathlib
import shlex
import subprocess
import tempfile

SLIDE = "--slide=0x1234000"
EMULATORS = {"arm64": ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"]}


class Failure(Exception):
    pass


class Runner:
    """One program; `arguments` are the script's, with loaders, arch and work."""
    timeout = 60

    def __init__(self, arguments, work):
        self.arguments = arguments
        self.work = work
        self.emulator = EMULATORS.get(arguments.arch, [])
        self.loader = [*self.emulator, arguments.loaders.resolve() / f"macho-run-{arguments.arch}"]
        self.log = []

    def run(self, command):
        self.log.append(shlex.join(map(str, command)))
        return subprocess.run(list(map(str, command)), cwd=self.work, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=self.timeout)

    def expect_success(self, command):
        done = self.run(command)
        if done.returncode != 0:
            raise Failure(f"status {done.returncode}:\n{done.stdout}")

    def expect_same(self, done, status, output):
        if (done.returncode, done.stdout) != (status, output):
            raise Failure(f"status {done.returncode} instead of {status}, output:\n{done.stdout}instead of:\n{output}")


def add_arguments(parser, archs, programs):
    parser.add_argument("--loaders", type=pathlib.Path, required=True)
    parser.add_argument("--arch", required=True, choices=archs)
    parser.add_argument("--work", type=pathlib.Path, help="where objects and outputs stay")
    parser.add_argument("programs", nargs="*", choices=[[], *programs])


def run_all(arguments, names, make_runner):
    """Checks each program with a runner of its own; returns the exit status."""
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        work = (arguments.work or pathlib.Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        for name in names:
            runner = make_runner(arguments, work)
            try:
                runner.check(name)
            except (Failure, subprocess.TimeoutExpired) as failure:
                failed += 1
                print(f"{name} FAILED: {failure}\ncommands, in {work}:\n  " + "\n  ".join(runner.log))
        print(f"{len(names) - failed} passed, {failed} failed")
    return 1 if failed or not names else 0
