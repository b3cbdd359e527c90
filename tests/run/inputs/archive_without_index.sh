#!/usr/bin/env bash
# An archive made without an index (ar rcS) still offers its members.
# The same for one made by a tool that only concatenates, and for one whose members were replaced without a new index.
source "$(dirname "$0")/../lib.sh"

compile main.c <<<'int a(void); int main() { return a() - 40; }'
compile a.c <<<'int a(void) { return 40; }'
compile other.c <<<'int other(void) { return 1; }'
run ar rcS libplain.a other.o a.o
gcc_link -static main.o libplain.a -o program
expect_status 0 ./program
expect_no_match ' other$' nm program
