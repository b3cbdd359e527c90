#!/usr/bin/env bash
# A common symbol takes the archive member that defines it with a value, as GNU ld has it; of several, the first. A member
# that has it as common or weak is left where it is.
source "$(dirname "$0")/../lib.sh"

compile main.c -fcommon <<'EOF'
int shared, other, plain;
extern int needed __attribute__((weak));
int main() { return shared * 10 + other + plain + (&needed ? 1 : 0); }
EOF
compile common.c -fcommon <<<'int shared; int needed = 1;'
compile value.c <<<'int shared = 4; int helper(void); int call_helper(void) { return helper(); }'
compile second.c <<<'int shared = 5;'
compile helper.c -fcommon <<<'int other; int helper(void) { return other; }'
compile weak.c <<<'__attribute__((weak)) int plain = 100;'
compile other.c <<<'int other = 2;'
run ar rcs lib.a common.o value.o second.o helper.o weak.o other.o
gcc_link -static main.o lib.a -o program
expect_status 42 ./program
