#!/usr/bin/env bash
# Of several archives that define a symbol the first one wins; a weak reference extracts nothing; a common symbol of an
# object is not replaced by a function that only an archive has.
source "$(dirname "$0")/../lib.sh"

compile main.c -fcommon <<'EOF'
int a(void), weak(void) __attribute__((weak)), shared;
int main() { return a() != 1 || weak || shared; }
EOF
compile first.c <<<'int a(void) { return 1; }'
compile second.c <<<'int a(void) { return 2; }'
compile weak.c <<<'int weak(void) { return 3; }'
run ar rcs first.a first.o
run ar rcs second.a second.o weak.o
gcc_link -static main.o first.a second.a -o program
expect_status 0 ./program
gcc_link -static main.o second.a first.a -o program
expect_status 1 ./program
