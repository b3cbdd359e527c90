#!/usr/bin/env bash
# The debug map of objects that -r joined: the output of the second link has it, at its own addresses, without what
# -dead_strip leaves out; dsymutil finds the objects through it.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld, and ld64.lld has no -r.
here=$(dirname "$(realpath "$0")")
source "$here/../lib.sh"

XLD=$scratch/bin/ld64.xld
common=(-arch x86_64 -platform_version macos 11.0 11.0)
mkdir -p sdk/usr/lib && cp "$here/libSystem.tbd" sdk/usr/lib/
object() { run clang-19 -target x86_64-apple-macos11 -g -c "$1.c" -o "$1.o"; }
printf 'int second(void);\nint main(void) {\n  return second();\n}\n' >first.c
printf 'int unused(void) { return 1; }\nint second(void) {\n  return 2;\n}\n' >second.c
object first && object second
run "$XLD" -r first.o second.o "${common[@]}" -o joined.o
run "$XLD" joined.o "${common[@]}" -syslibroot sdk -lSystem -dead_strip -o out
run dsymutil-19 --dump-debug-map out >map
expect_match "second.o'" cat map
expect_match 'sym: _second' cat map
expect_no_match 'sym: _unused' cat map
run dsymutil-19 out -o out.dSYM
run llvm-dwarfdump-19 --verify out.dSYM/Contents/Resources/DWARF/out >verified
expect_match 'No errors' cat verified
address=0x$(llvm-nm-19 out | awk '$3 == "_second" { print $1 }')
expect_match 'second.c:2' llvm-symbolizer-19 --obj=out --dsym-hint=out.dSYM "$address"
