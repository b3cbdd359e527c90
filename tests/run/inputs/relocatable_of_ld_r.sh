#!/usr/bin/env bash
# An object that ld -r made: merged sections, many symbols, groups.
source "$(dirname "$0")/../lib.sh"

compile a.cc -O1 -ffunction-sections <<'EOF'
#include <string>
std::string a() { return std::string("ab") + "c"; }
EOF
compile b.cc -O1 -g <<'EOF'
#include <string>
#include <cstdio>
std::string a();
int main() { std::puts((a() + std::string("d")).c_str()); }
EOF
run ld.bfd -r a.o b.o -o both.o
gxx_link -static both.o -o program
expect_output abcd ./program
