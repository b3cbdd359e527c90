#!/usr/bin/env bash
# Two definitions: the message has the symbol, demangled, and both places, with source lines where there is DWARF.
source "$(dirname "$0")/../lib.sh"

compile a.cc -g -O0 <<<'
int twice(int x) { return x; }
int main() {}'
compile b.cc -g -O0 <<<'


int twice(int x) { return x + 1; }'
expect_fail 'duplicate symbol|multiple definition' 'twice\(int\)' 'a\.(cc|o)' 'b\.(cc|o)' 'a\.cc:2' 'b\.cc:4' -- \
  a.o b.o -e main -o program
expect_fail 'twice\(int\)' -- a.o b.o -e main --demangle -o program
expect_fail '_Z5twicei' -- a.o b.o -e main --no-demangle -o program
