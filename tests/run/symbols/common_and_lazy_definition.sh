#!/usr/bin/env bash
# A common symbol takes the object between --start-lib and --end-lib that defines it with a value, as from an archive.
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
compile other.c <<<'int other = 2;'
gcc_link -static main.o -Wl,--start-lib common.o value.o second.o helper.o other.o -Wl,--end-lib -o program
expect_status 42 ./program
