#!/usr/bin/env bash
# --cref: a table of symbols, where they are defined and which files refer to them.
source "$(dirname "$0")/../lib.sh"

compile a.c <<<'int helper(void); void _start(void) { helper(); }'
compile b.c <<<'int helper(void) { return 3; }'
link --cref a.o b.o -o program >table
python3 - <<'EOF'
lines = open("table").read().splitlines()
place = next(i for i, line in enumerate(lines) if line.startswith("helper"))
assert "b.o" in lines[place], "the definition comes first"
assert "a.o" in lines[place + 1], "then the references"
EOF
