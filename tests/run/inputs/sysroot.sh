#!/usr/bin/env bash
# --sysroot: a leading = in -L and absolute names in scripts inside the sysroot are taken from there.
source "$(dirname "$0")/../lib.sh"

mkdir -p root/usr/lib
compile main.c <<<'int a(void), b(void); int main() { return a() + b() - 7; }'
compile a.c <<<'int a(void) { return 3; }'
compile b.c <<<'int b(void) { return 4; }'
run ar rcs root/usr/lib/liba.a a.o
run ar rcs root/usr/lib/libreal.a b.o
echo 'GROUP(/usr/lib/libreal.a)' >root/usr/lib/libb.a
run "$XLD" -e main --sysroot="$PWD/root" -L=/usr/lib main.o -la -lb -o program
expect_match ' T a$' nm program
expect_match ' T b$' nm program
# However the sysroot is spelled.
mkdir root/bin
run "$XLD" -e main --sysroot="$PWD/root/bin/.." main.o -la "$PWD/root/usr/lib/libb.a" -L=/usr/lib -o program
expect_match ' T b$' nm program
