#!/usr/bin/env bash
# Prefixes of the debug map that are folders, options for programs only, and alignments that are too large.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
here=$(dirname "$(realpath "$0")")
source "$here/../lib.sh"

XLD=$scratch/bin/ld64.xld
cp "$here/libSystem.tbd" .
common=(-arch x86_64 -platform_version macos 11.0 11.0)
object() { run clang-19 -g -target x86_64-apple-macos11 -x c -c - -o "$1"; }
link() { run "$XLD" "${common[@]}" "$@" -o out && run "$XLD_VERIFY" out; }
object many.o <<<'int data = 5; int abc(void) { return 1; }'
object main.o <<<'int puts(const char*); int main(void) { return puts("x"); }'

# A prefix that is a folder is meant however it is spelled; "." is the current one.
for prefix in . ../"${PWD##*/}"/; do
  link main.o libSystem.tbd -oso_prefix $prefix
  expect_match "N_OSO.*'main.o'" dsymutil-19 -s out
done
expect_fail 'malformed. Expected -dyld_env <ENV_VAR>=<VALUE>, got `DYLD_A`' -- "${common[@]}" main.o libSystem.tbd -dyld_env DYLD_A -o out2
expect_fail 'dyld_env can only be used when creating executable output' -- "${common[@]}" -dylib many.o -dyld_env DYLD_A=b -o out2
expect_fail 'pagezero_size option can only be used when linking a main executable' -- "${common[@]}" -dylib many.o -pagezero_size 1000 -o out2
echo '.p2align 16; .globl _aligned; _aligned: .long 1' | run clang-19 -target x86_64-apple-macos11 -x assembler -c - -o aligned.o
expect_match 'alignment 16 of section __text is reduced to 15' link -dylib aligned.o
expect_match 'align 2.15' llvm-otool-19 -l out
