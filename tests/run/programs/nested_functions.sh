#!/usr/bin/env bash
# GCC's nested functions need an executable stack; the object says so and the linker follows.
source "$(dirname "$0")/../lib.sh"

compile a.c -O0 -Wno-trampolines <<'EOF'
static int apply(int (*function)(int), int x) { return function(x); }
int main() {
  int base = 40;
  int add(int x) { return base + x; }
  return apply(add, 2) - 42;
}
EOF
NO_VERIFY=1 gcc_link -static a.o -o program 2>/dev/null
expect_equal "$(segment program GNU_STACK flags)" RWE
expect_status 0 ./program
