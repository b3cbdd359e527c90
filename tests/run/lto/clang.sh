#!/usr/bin/env bash
# clang -flto and -flto=thin: bitcode, alone, with ordinary objects, and in archives.
source "$(dirname "$0")/../lib.sh"
CC=clang-19
CXX=clang++-19

for mode in full thin; do
  compile main.c -O2 -flto=$mode <<'END'
#include <stdio.h>
#include <string.h>
struct { char text[5000]; } from, to;
int helper(int);
int main(int argc, char **argv) { memcpy(&to, &from, sizeof to); printf("%d\n", helper(argc)); return 0; }
END
  compile helper.c -O2 -flto=$mode <<<'int helper(int x) { return x + 41; }'
  compile plain.c -O2 <<<'int helper(int x) { return x + 41; }'
  rm -f lib.a
  run llvm-ar-19 rc lib.a helper.o
  for second in helper.o plain.o lib.a; do
    clang_link -O2 -flto=$mode -static main.o $second -o program
    expect_output 42 ./program
  done
  compile throw.cc -O2 -flto=$mode <<'END'
#include <iostream>
#include <string>
int main() { try { throw std::string("caught"); } catch (std::string &text) { std::cout << text << std::endl; } }
END
  clangxx_link -O2 -flto=$mode -static throw.o -o program
  expect_output caught ./program
done
expect_fail "main.o: is a compiler's intermediate code \(-flto\), and no plugin was given" -- main.o -o program
# No plugin was given, but options for LLVM's, or it is LLD's place that xld has: it is found.
compile alone.c -O2 -flto <<<'int main(void) { return 0; }'
ln -s "$XLD" ld.lld
run ./ld.lld -e main alone.o -o program
link -e main alone.o --plugin-opt=O1 --lto-O1 -o program
expect_match 'FUNC .* main$' readelf -sW program
expect_fail "main.o: is a compiler's intermediate code \(-flto\), which the plugin .*liblto_plugin.so does not take" -- \
  -plugin "$(gcc -print-file-name=liblto_plugin.so)" -m elf_x86_64 main.o -o program
