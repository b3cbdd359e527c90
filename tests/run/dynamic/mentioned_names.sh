#!/usr/bin/env bash
# Names that objects mention are in .dynsym although no relocation uses them; libraries that have them are needed.
source "$(dirname "$0")/../lib.sh"

compile library.s <<<'.globl found
found: ret'
compile archived.s <<<'.globl wanted
wanted: ret'
CC=clang-19 compile a.s <<<'.globl found, missing, wanted, _start
.weak perhaps
_start: ret'
link -shared -soname libfound.so library.o -o libfound.so
link -shared a.o --as-needed libfound.so -o a.so
readelf --dyn-syms -W a.so >symbols
for name in found missing wanted; do grep -q "GLOBAL DEFAULT *UND $name\$" symbols || fail "$name: $(<symbols)"; done
grep -q 'WEAK *DEFAULT *UND perhaps$' symbols || fail "perhaps: $(<symbols)"
expect_match 'NEEDED.*libfound.so' readelf -d a.so
# What a library mentions is taken from archives.
rm -f libwanted.a
ar rcs libwanted.a archived.o
compile main.s <<<'.globl _start
_start: ret'
link main.o a.so libwanted.a --allow-shlib-undefined -o program
expect_match 'GLOBAL DEFAULT +[0-9]+ wanted' readelf --dyn-syms -W program
expect_fail 'undefined reference: missing' 'referenced by a.so .disallowed by --no-allow-shlib-undefined' -- main.o a.so libwanted.a libfound.so -o program
