#!/usr/bin/env bash
# 150 random changes of an archive's headers and index.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl function
function: ret'
compile main.s <<<'	.globl _start
_start:	call function'
run cp a.o a_member_with_a_name_that_is_rather_long.o
run ar rcs lib.a a_member_with_a_name_that_is_rather_long.o
cat >mutate.py <<'EOF'
import os, random, subprocess, sys
linker, original, generator = sys.argv[1], open("lib.a", "rb").read(), random.Random(30)
for number in range(150):
    data = bytearray(original)
    for _ in range(generator.randint(1, 3)):
        at = generator.randrange(min(len(data), 260))
        data[at] = generator.choice((0, 0x20, 0x2f, 0x39, 0x60, 0xff, generator.randrange(256)))
    open("m.a", "wb").write(data)
    done = subprocess.run([linker, "main.o", "m.a", "-o", "m"], capture_output=True, timeout=10)
    if done.returncode not in (0, 1) or (done.returncode == 1) == os.path.exists("m"):
        sys.exit(f"mutation {number}: status {done.returncode} {done.stderr[:500]}")
    if done.returncode == 0:
        os.remove("m")
EOF
link main.o lib.a -o intact
run python3 mutate.py "$XLD"
