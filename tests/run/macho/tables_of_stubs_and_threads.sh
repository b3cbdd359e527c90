#!/usr/bin/env bash
# Where things stand: sections in the order of the input between those of the linker, words of stubs in __la_symbol_ptr
# (with chains: in __got), pointers to thread-local variables in __thread_ptrs, numbers in __literals, dyld's word by name.
# Only xld: of the proving linkers none has the name ld64.xld.
here=$(dirname "$(realpath "$0")")
source "$here/../lib.sh"

XLD=$scratch/bin/ld64.xld
cp "$here/libSystem.tbd" .
common=(-arch x86_64 -L. -lSystem)
compile_to() { run clang-19 -target x86_64-apple-macos10.15 -x "$2" -c - -o "$1"; }
compile_to lib.o c <<<'__thread int shared_value = 3; int helper(void) { return shared_value; } int data = 1;'
run "$XLD" "${common[@]}" -platform_version macos 10.15 10.15 -dylib lib.o -o libx.dylib
compile_to main.o c <<<'extern __thread int shared_value; int helper(void); extern int data; int puts(const char*);
double scale(double x) { return x * 3.5; }
int (*take(void))(void) { return helper; }
int main(void) { puts("x"); return helper() + shared_value + data + (int)scale(1); }'
printf '%s\n' '.section __TEXT,first' '.byte 1' '.section __TEXT,second' '.byte 2' >order.s
run clang-19 -target x86_64-apple-macos10.15 -c order.s -o order.o
sections() { llvm-objdump-19 --macho --section-headers out | awk '$1 ~ /^[0-9]+$/ { printf "%s ", $2 }'; }
run "$XLD" "${common[@]}" -platform_version macos 10.15 10.15 main.o order.o libx.dylib -o out
run "$XLD_VERIFY" out
expect_equal "$(sections)" \
  '__text __stubs __stub_helper __literals __cstring first second __unwind_info __got __la_symbol_ptr __data __thread_ptrs '
expect_match ' d __dyld_private' llvm-nm-19 out
expect_match '__la_symbol_ptr .* libx +_helper' llvm-objdump-19 --macho --lazy-bind out
expect_match '__got .* libx +_helper' llvm-objdump-19 --macho --bind out
expect_match '__thread_ptrs .* libx +_shared_value' llvm-objdump-19 --macho --bind out
expect_match 'Indirect symbols for .__DATA,__thread_ptrs. 1 entries' llvm-objdump-19 --macho --indirect-symbols out
run "$XLD" "${common[@]}" -platform_version macos 13.0 13.0 main.o order.o libx.dylib -o out
run "$XLD_VERIFY" out
expect_equal "$(sections)" '__text __stubs __literals __cstring first second __unwind_info __got __thread_ptrs '
expect_match 'reserved2 6 ' llvm-otool-19 -lv out
