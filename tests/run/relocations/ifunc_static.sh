#!/usr/bin/env bash
# An IFUNC of our own in a static executable: direct call, pointers in code and in data agree, the resolver runs once.
source "$(dirname "$0")/../lib.sh"

for mode in '-m64 -static -no-pie -fno-pie' '-m32 -static -no-pie -fno-pie' '-m64 -static-pie -fPIE' \
  '-m64 -static -no-pie -fPIC' '-m32 -static-pie -fPIE' '-m64 -static -no-pie -mcmodel=large -fno-pie'; do
  compile a.c -O1 $mode <<'EOF'
int resolved;
static int implementation(int x) { return x * 3; }
static int (*resolve(void))(int) { resolved++; return implementation; }
int function(int) __attribute__((ifunc("resolve")));
EOF
  compile b.c -O1 $mode <<'EOF'
#include <stdio.h>
extern int resolved;
int function(int);
int (*in_data)(int) = function;
int (*const in_constant[])(int) = {0, function};
int main() {
  int (*volatile local)(int) = function;
  printf("%d %d %d %d %d %d\n", function(2), local(3), in_data(4), local == in_data,
         in_data == in_constant[1], resolved > 0);
  return 0;
}
EOF
  gcc_link $mode a.o b.o -o program
  expect_output '6 9 12 1 1 1' ./program
done
