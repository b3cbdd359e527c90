#!/usr/bin/env bash
# INPUT, GROUP and AS_NEEDED in a text file given as an input or found by -l; names relative to the script, -l names,
# comments, quotes and OUTPUT_FORMAT.
source "$(dirname "$0")/../lib.sh"

mkdir scripts
compile main.c <<<'int a(void), b(void), c(void); int main() { return a() + b() + c() - 7; }'
compile scripts/a.c <<<'int b(void); int a(void) { return b() - 1; }'
compile scripts/b.c <<<'int b(void) { return 2; }'
compile c.c <<<'int c(void) { return 4; }'
run ar rcs scripts/liba.a scripts/a.o
run ar rcs scripts/libb.a scripts/b.o
cat >scripts/libgroup.so <<'EOF'
/* GNU ld script, of the kind
   that libc.so is */
OUTPUT_FORMAT(elf64-x86-64)
GROUP ( "scripts/liba.a" -lb AS_NEEDED ( c.o ) )
EOF
cp scripts/libgroup.so scripts/libgroup.a
gcc_link -static main.o -L scripts -lgroup -o program
expect_status 0 ./program
echo 'INPUT(scripts/liba.a scripts/libb.a) ; INPUT(c.o);' >input.script
gcc_link -static main.o input.script -o program
expect_status 0 ./program
