#!/usr/bin/env bash
# The map says why archive members were taken, what was left out, which file provides a group, and where commons went.
# Only xld: the words differ between linkers.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOT'
	.globl	_start
	.comm	shared, 24, 8
	.section .text.start,"ax"
_start:	call	helper
	call	inline
	lea	shared(%rip), %rax
	lea	text(%rip), %rax
	.section .text.unused,"ax"
	ret
	.section .text.inline,"axG",@progbits,inline,comdat
	.weak	inline
inline:	ret
	.section .rodata.str1.1,"aMS",@progbits,1
text:	.asciz "merged"
EOT
compile b.s <<'EOT'
	.globl	helper
	.section .text.helper,"ax"
helper:	call inline
	.section .text.inline,"axG",@progbits,inline,comdat
	.weak	inline
inline:	ret
EOT
run ar rcs lib.a b.o
link --gc-sections -Map=out.map --map=json:map.json a.o lib.a -o program
run grep -qxF 'lib.a(b.o)' out.map
run grep -qxF '    a.o (helper)' out.map
run grep -qE '^ +1 a\.o:\(\.text\.unused\)$' out.map
run grep -qxF 'inline of lib.a(b.o): see a.o' out.map
run grep -qE '^ +18 shared a\.o$' out.map
run grep -qE "^ +$(printf '%x' $(($(symbol program shared)))) .* shared$" out.map
python3 - "$(symbol program helper)" <<'EOT'
import json, sys
m = json.load(open("map.json"))
a, b = m["files"]
assert (a["path"], b["path"], b["member"], b["taken_for"], b["taken_by"]) == ("a.o", "lib.a", "b.o", "helper", 0), m
assert m["removed"] == [{"file": 0, "section": ".text.unused", "size": 1}]
assert m["duplicate_groups"] == [{"name": "inline", "file": 1, "provider": 0}]
assert m["commons"] == [{"name": "shared", "size": 24, "file": 0}]
contents = [entry for section in m["sections"] for entry in section["contents"]]
assert {entry["kind"] for entry in contents} == {"input", "common", "linker", "shared"}
helper = [s for entry in contents for s in entry.get("symbols", []) if s["name"] == "helper"]
assert len(helper) == 1 and int(helper[0]["address"], 16) == int(sys.argv[1], 16)
for section in m["sections"]:
    for entry in section["contents"]:
        if section["loaded"] and "address" in entry:
            start = int(section["address"], 16)
            assert start <= int(entry["address"], 16) <= start + section["size"], entry
EOT
