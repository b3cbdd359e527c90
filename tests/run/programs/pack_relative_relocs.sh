#!/usr/bin/env bash
# -z pack-relative-relocs: the relative relocations of a static PIE in the compact DT_RELR form.
source "$(dirname "$0")/../lib.sh"

compile a.c -fPIE -O1 <<'EOF'
#include <stdio.h>
static int values[64];
#define FOUR(i) &values[i], &values[i + 1], &values[i + 2], &values[i + 3]
int *pointers[] = {FOUR(0), FOUR(4), FOUR(8), FOUR(12), FOUR(16), FOUR(20), FOUR(24), FOUR(28)};
int main() {
  int bad = 0;
  for (int i = 0; i < 32; i++) bad += pointers[i] != &values[i];
  printf("%d\n", bad);
  return 0;
}
EOF
gcc_link -static-pie -Wl,-z,pack-relative-relocs a.o -o program
expect_output 0 ./program
expect_match '\(RELR\)' readelf -dW program
