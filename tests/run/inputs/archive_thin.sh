#!/usr/bin/env bash
# Thin archives keep paths: relative to the archive, also nested directories and with long names.
source "$(dirname "$0")/../lib.sh"

mkdir -p deep/er objects
compile main.c <<<'int a(void), b(void); int main() { return a() + b() - 42; }'
compile objects/a.c <<<'int a(void) { return 40; }'
compile deep/er/another_rather_long_member_name.c <<<'int b(void) { return 2; }'
run ar rcsT deep/libthin.a objects/a.o deep/er/another_rather_long_member_name.o
gcc_link -static main.o deep/libthin.a -o program
expect_status 0 ./program
run llvm-ar-19 rcsT libthin.a objects/a.o deep/er/another_rather_long_member_name.o
gcc_link -static main.o -L. -lthin -o program
expect_status 0 ./program
# A member that has gone missing is an error that names it.
rm objects/a.o
cat > start.s <<<'.globl _start; _start: call a'
as start.s -o start.o
expect_fail 'a\.o' -- start.o libthin.a -o program
