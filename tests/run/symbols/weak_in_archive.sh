#!/usr/bin/env bash
# A weak definition in hand is not replaced by a strong one that only an archive has.
source "$(dirname "$0")/../lib.sh"

compile main.c <<'EOF'
__attribute__((weak)) int value(void) { return 1; }
int main() { return value(); }
EOF
compile strong.c <<<'int value(void) { return 3; } int other(void) { return 4; }'
run ar rcs lib.a strong.o
gcc_link -static main.o lib.a -o program
expect_status 1 ./program
gcc_link -static -Wl,-u,other main.o lib.a -o program
expect_status 3 ./program
