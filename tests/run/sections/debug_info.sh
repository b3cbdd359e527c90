#!/usr/bin/env bash
# Debug information of several objects, C++ with type units and COMDAT functions: verified, and gdb finds the lines.
source "$(dirname "$0")/../lib.sh"

for i in 1 2; do
  compile $i.cc -g -O1 -fdebug-types-section <<EOF
template <typename T> struct Box { T value; T get() { return value; } };
__attribute__((noinline)) int use$i(Box<int> &box) { return box.get() + $i; }
#if $i == 1
int use2(Box<int> &);
int main() { Box<int> box{-3}; return use1(box) + use2(box) + 3; }
#endif
EOF
done
gxx_link -static 1.o 2.o -o program
expect_status 0 ./program
expect_match '2\.cc:2' addr2line -e program "$(symbol program _Z4use2R3BoxIiE)"
run llvm-dwarfdump-19 --verify --quiet program
expect_match 'Line [12] of .*1\.cc' gdb -batch -ex 'info line use1' program
