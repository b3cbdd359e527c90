#!/usr/bin/env bash
# Each field of the ELF header and of the section headers set to an extreme value: an error or a link, never a signal.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start
_start:	call	function
	.data
	.quad	_start
	.section .rodata.str1.1,"aMS",@progbits,1
	.asciz	"text"
	.section .text.f,"axG",@progbits,function,comdat
	.globl	function
function: ret
EOF
cat >mutate.py <<'EOF'
import os, struct, subprocess, sys
linker, original = sys.argv[1], open("a.o", "rb").read()
section_table, = struct.unpack_from("<Q", original, 40)
section_count, = struct.unpack_from("<H", original, 60)
fields = [(16, 2), (18, 2), (20, 4), (40, 8), (52, 2), (58, 2), (60, 2), (62, 2)]
for i in range(section_count):
    fields += [(section_table + 64 * i + at, size) for at, size in
               ((0, 4), (4, 4), (8, 8), (24, 8), (32, 8), (40, 4), (44, 4), (48, 8), (56, 8))]
for at, size in fields:
    for value in (0xffffffffffffffff, 0x7fffffffffffffff):
        data = bytearray(original)
        data[at:at + size] = (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")
        open("m.o", "wb").write(data)
        done = subprocess.run([linker, "m.o", "-o", "m"], capture_output=True, timeout=10)
        if done.returncode not in (0, 1) or (done.returncode == 1) == os.path.exists("m"):
            sys.exit(f"field at {at:#x} = {value:#x}: status {done.returncode} {done.stderr[:500]}")
        if done.returncode == 0:
            os.remove("m")
EOF
link a.o -o intact
run python3 mutate.py "$XLD"
