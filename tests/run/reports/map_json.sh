#!/usr/bin/env bash
# --map=json:FILE is JSON that names every output section with its address.
# Only xld: no other linker writes a machine-readable map.
source "$(dirname "$0")/../lib.sh"

compile a.c -fno-pie <<<'int in_map = 5; void _start(void) { in_map++; }'
link --map=json:map.json a.o -o program
python3 - "$(section program .data address)" <<'EOF'
import json, sys
text = open("map.json").read()
json.loads(text)
assert "in_map" in text and ".data" in text and "a.o" in text, text
assert sys.argv[1] in text or hex(int(sys.argv[1])) in text, "the address of .data is missing"
EOF
expect_match '"' link --map=json a.o -o program
