#!/usr/bin/env bash
# Objects of gcc and clang, with and without PIC, C and C++, in one program.
source "$(dirname "$0")/../lib.sh"

CC=clang-19 compile a.c -O2 -fPIC <<<'int from_clang(int x) { return x * 2; }'
CC=gcc compile b.c -O0 -fno-pic <<<'extern int counter; int from_gcc(int x) { return x + counter; }'
CXX=clang++-19 compile c.cc -O1 -fPIE <<'EOF'
#include <cstdio>
#include <string>
#include <vector>
extern "C" int from_clang(int), from_gcc(int);
extern "C" int counter;
int counter = 100;
int main() {
  std::vector<std::string> words{"x", "yz"};
  std::printf("%d %d %zu\n", from_clang(4), from_gcc(1), words[1].size());
}
EOF
gxx_link -static a.o b.o c.o -o program
expect_output '8 101 2' ./program
clangxx_link -static c.o b.o a.o -o program
expect_output '8 101 2' ./program
