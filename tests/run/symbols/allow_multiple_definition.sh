#!/usr/bin/env bash
# --allow-multiple-definition and -z muldefs: the first definition wins.
source "$(dirname "$0")/../lib.sh"

compile main.c <<<'int f(void); int main() { return f(); }'
compile a.c <<<'int f(void) { return 1; }'
compile b.c <<<'int f(void) { return 2; }'
gcc_link -static main.o a.o b.o -Wl,--allow-multiple-definition -o program
expect_status 1 ./program
gcc_link -static main.o b.o a.o -Wl,-z,muldefs -o program
expect_status 2 ./program
