#!/usr/bin/env bash
# What is no program, library or bundle: -kext, -dylinker, -kernel, -static; and lists of names that others may redirect
# or find through the output, -why_load, -sectalign, -dyld_env.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
here=$(dirname "$(realpath "$0")")
source "$here/../lib.sh"

XLD=$scratch/bin/ld64.xld
common=(-arch x86_64 -platform_version macos 11.0 11.0)
mkdir -p sdk/usr/lib && cp "$here/libSystem.tbd" sdk/usr/lib/
object() { run clang-19 -target x86_64-apple-macos11 -x c -c - -o "$1"; }
headers() { run llvm-objdump-19 --macho --private-headers "$@"; }
object kernel.o <<'EOT'
int kernel_function(void); extern int kernel_variable; int own; int* pointers[] = {&own, &kernel_variable};
void start(void) { own = kernel_function(); } void _dyld_start(void) { start(); }
EOT
object main.o <<'EOT'
int puts(const char*); int* pointer(void); __attribute__((visibility("default"))) int value(void) { return 1; }
int main(void) { return value() + puts("x"); }
EOT

run "$XLD" -kext kernel.o "${common[@]}" -o out
headers out >kext
expect_match 'KEXTBUNDLE' cat kext
expect_no_match 'LC_DYLD_INFO|LC_LOAD_DYLINKER|LC_LOAD_DYLIB|LC_MAIN|LC_UNIXTHREAD|CHAINED' cat kext
expect_match 'extreloff [1-9]' cat kext
expect_match 'nlocrel 1' cat kext
run "$XLD" -dylinker kernel.o "${common[@]}" -U _kernel_function -U _kernel_variable -o out
headers out >loader
expect_match 'DYLINKER' cat loader
expect_match 'LC_ID_DYLINKER' cat loader
expect_match 'LC_UNIXTHREAD' cat loader
object bare.o <<<'void start(void) __asm__("start"); void start(void) {}'
for kind in -static -kernel; do
  run "$XLD" $kind bare.o "${common[@]}" -o out
  headers out >bare
  expect_match 'LC_UNIXTHREAD' cat bare
  expect_no_match 'LC_MAIN|LC_LOAD_DYLINKER' cat bare
done
expect_no_match '__PAGEZERO' cat bare

echo _value >names
echo _puts >passed
link() { run "$XLD" main.o "${common[@]}" -syslibroot sdk -lSystem "$@" -o out; }
link -dylib -interposable_list names -reexported_symbols_list passed
expect_match '_value' llvm-objdump-19 --macho --indirect-symbols out
expect_match '\[re-export\] _puts' llvm-objdump-19 --macho --exports-trie out
link -sectalign __TEXT __text 1000 -dyld_env DYLD_A=b
expect_match 'align 2\^12' headers out
expect_match 'LC_DYLD_ENVIRONMENT' headers out
object member.o <<<'int pointer(void) { return 2; }'
object user.o <<<'int pointer(void); int main(void) { return pointer(); }'
run llvm-ar-19 --format=darwin rcs libm.a member.o
expect_match '_pointer forced load of libm.a\(member.o\)' run "$XLD" user.o libm.a "${common[@]}" -why_load -o out
