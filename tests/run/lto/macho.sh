#!/usr/bin/env bash
# Mach-O: clang's intermediate code, alone and beside objects, in archives, with lists of exports and -dead_strip, is compiled
# by LLVM's plugin, which is found beside -lto_library or where LLVM is installed. -mllvm reaches the compiler.
# Only xld: of the proving linkers none has the name ld64.xld.
here=$(dirname "$(realpath "$0")")
source "$here/../lib.sh"

XLD=$scratch/bin/ld64.xld
cp "$here/../macho/libSystem.tbd" .
common=(-platform_version macos 12.0 12.0 -L. -lSystem)
for cpu in x86_64 arm64; do
  for mode in -flto -flto=thin; do
    compile_to() { run clang-19 -target "$cpu-apple-macos12" -O2 -fno-builtin "${@:2}" -x c -c - -o "$1"; }
    compile_to main.o $mode <<<'int twice(int); int puts(const char*); int main(void) { puts("x"); return twice(3); }'
    compile_to twice.o $mode <<<'int hidden_helper(int x) { return x + x; } int twice(int x) { return hidden_helper(x); }'
    rm -f libtwice.a
    run llvm-ar-19 rcs libtwice.a twice.o
    for inputs in 'main.o twice.o' 'main.o libtwice.a' 'main.o twice.o -dead_strip'; do
      run "$XLD" -arch $cpu "${common[@]}" $inputs -o out
      run "$XLD_VERIFY" out
      expect_match ' T _main' llvm-nm-19 out
      expect_no_match '_hidden_helper' llvm-nm-19 out
    done
    expect_match '_twice forced load of libtwice.a.twice.o.' "$XLD" -arch $cpu "${common[@]}" main.o libtwice.a -why_load -o out
    compile_to plain.o <<<'int twice(int); int thrice(int x) { return twice(x) + x; }'
    run "$XLD" -arch $cpu "${common[@]}" -dylib twice.o plain.o -exported_symbol _thrice -o out
    run "$XLD_VERIFY" out
    expect_match '_thrice' llvm-objdump-19 --macho --exports-trie out
    expect_no_match '_twice' llvm-objdump-19 --macho --exports-trie out
  done
done
run "$XLD" -arch $cpu "${common[@]}" -lto_library /usr/lib/llvm-19/lib/libLTO.so main.o twice.o -o out
expect_fail 'nonsense' -- -arch $cpu "${common[@]}" main.o twice.o -mllvm -nonsense -o out2
expect_fail 'LLVMgold.so: cannot be loaded' -- -arch $cpu "${common[@]}" --plugin=/nowhere/LLVMgold.so main.o twice.o -o out2
# Code for ELF: its names are not those of the output, and nothing says which are the same.
run clang-19 -target x86_64-linux-gnu -O2 -fPIC -flto -x c -c - -o elf.o <<<'int main(void) { return 3; }'
expect_fail 'compile elf\.o without -flto, or for the output.s system \(-target\)' -- \
  -arch x86_64 "${common[@]}" elf.o -o out2
# What the plugin says has its name once.
run clang-19 -target x86_64-linux-gnu -O2 -fPIC -flto -x c -c - -o other.o <<<'int other(void) { return 4; }'
run clang-19 -target x86_64-apple-macos12 -O2 -flto -x c -c - -o first.o <<<'int first(void) { return 3; }'
expect_match 'warning: Linking two modules of different target triples: .*\[LLVMgold\.so\]$' \
  run "$XLD" -arch x86_64 "${common[@]}" -dylib first.o other.o -o out
