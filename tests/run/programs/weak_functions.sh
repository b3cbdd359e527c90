#!/usr/bin/env bash
# Weak references to functions that nobody defines are null; the definition wins where there is one.
source "$(dirname "$0")/../lib.sh"

compile user.c -O1 -fPIE <<'EOF'
#include <stdio.h>
int optional(void) __attribute__((weak));
int fallback(void) __attribute__((weak));
int fallback(void) { return 1; }
int main() { printf("%d %d\n", optional ? optional() : -1, fallback()); return 0; }
EOF
compile provider.c <<'EOF'
int optional(void) { return 10; }
int fallback(void) { return 20; }
EOF
for flags in -static -static-pie; do
  gcc_link $flags user.o -o program
  expect_output '-1 1' ./program
done
gcc_link -static user.o provider.o -o program
expect_output '10 20' ./program
