#!/usr/bin/env bash
# Two members of the same name in one archive are both usable.
source "$(dirname "$0")/../lib.sh"

mkdir one two
compile main.c <<<'int a(void), b(void); int main() { return a() + b() - 42; }'
compile one/x.c <<<'int a(void) { return 40; }'
compile two/x.c <<<'int b(void) { return 2; }'
run ar qcs lib.a one/x.o two/x.o
expect_match '^x.o$' bash -c 'ar t lib.a | uniq -d'
gcc_link -static main.o lib.a -o program
expect_status 0 ./program
