#!/usr/bin/env bash
# 300 random changes of an object with a fixed seed: exit status 0 or 1 within seconds, an output only with 0.
# Only xld: this object makes each of the proving linkers abort at some mutation.
source "$(dirname "$0")/../lib.sh"

compile a.c -g -m64 <<'EOF'
_Thread_local int local = 1;
int common_like, *pointer = &common_like;
void _start(void) { local += *pointer; }
EOF
cat >mutate.py <<'EOF'
import os, random, subprocess, sys
linker, original, generator = sys.argv[1], open("a.o", "rb").read(), random.Random(20)
for number in range(300):
    data = bytearray(original)
    for _ in range(generator.randint(1, 4)):
        size = len(data)
        at = generator.choice((generator.randrange(64), generator.randrange(size), generator.randrange(size * 3 // 4, size)))
        data[at] = generator.choice((0, 1, 0x7f, 0x80, 0xff, generator.randrange(256)))
    open("m.o", "wb").write(data)
    command = [linker, "--gc-sections", "--eh-frame-hdr", "m.o", "-o", "m"]
    done = subprocess.run(command, capture_output=True, timeout=10)
    if done.returncode not in (0, 1) or (done.returncode == 1) == os.path.exists("m"):
        sys.exit(f"mutation {number}: status {done.returncode} {done.stderr[:500]}")
    if done.returncode == 0:
        os.remove("m")
EOF
link a.o -o intact
run python3 mutate.py "$XLD"
