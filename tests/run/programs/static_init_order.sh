#!/usr/bin/env bash
# Static objects are made in the order of the objects on the command line and destroyed in the reverse order.
source "$(dirname "$0")/../lib.sh"

for name in first second; do
  compile $name.cc -O1 <<EOF
#include <cstdio>
namespace {
struct Tracer {
  Tracer() { std::printf("+$name "); }
  ~Tracer() { std::printf("-$name "); }
};
Tracer tracer;
}
EOF
done
compile main.cc <<<'#include <cstdio>
int main() { std::printf("main "); }'
gxx_link -static main.o first.o second.o -o program
expect_output '+first +second main -second -first ' ./program
gxx_link -static second.o main.o first.o -o program
expect_output '+second +first main -first -second ' ./program
