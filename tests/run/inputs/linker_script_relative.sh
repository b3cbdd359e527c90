#!/usr/bin/env bash
# A name in a script is looked for beside the script when it is not in the current directory.
source "$(dirname "$0")/../lib.sh"

mkdir scripts
compile main.c <<<'int a(void); int main() { return a() - 5; }'
compile scripts/a.c <<<'int a(void) { return 5; }'
echo 'INPUT(a.o)' >scripts/one.script
gcc_link -static main.o scripts/one.script -o program
expect_status 0 ./program
echo 'GROUP(missing_file.o)' >broken.script
expect_fail 'missing_file' -- main.o broken.script -o program
echo 'GROUP(a.o' >broken.script
expect_fail 'broken.script' -- main.o broken.script -o program
