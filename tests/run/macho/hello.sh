#!/usr/bin/env bash
# The seam: a Mach-O object of clang becomes a Mach-O executable that llvm-objdump can read.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

cat >hello.c <<'EOF'
int counter = 3;
static int add(int x) { return x + counter; }
int main(void) { return add(-3); }
EOF
run clang-19 -target x86_64-apple-macos10.15 -O1 -fno-stack-protector -c hello.c -o hello.o
run "$scratch/bin/ld64.xld" hello.o -o hello
expect_match 'MH_MAGIC_64.* EXECUTE' llvm-objdump-19 --macho --private-headers hello
expect_match '_main:' llvm-objdump-19 --macho -d hello
for name in __PAGEZERO __TEXT __DATA __LINKEDIT LC_MAIN; do
  expect_match "$name" llvm-objdump-19 --macho --private-headers hello
done
expect_match ' T _main' llvm-nm-19 hello
