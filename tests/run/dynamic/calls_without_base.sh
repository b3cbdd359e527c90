#!/usr/bin/env bash
# i386 code without -fPIC does not load the register that stubs of a PIE rely on: the loader writes the distance.
source "$(dirname "$0")/../lib.sh"

compile main.c -m32 -fno-pic -fno-pie <<'EOF'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int (*volatile copy)(const char*) = puts;
int main(int count, char** words) {
  puts("direct");
  copy("by pointer");
  return (int)strlen(words[0]) + atoi("1") - (int)strlen(words[0]) - count;
}
EOF
for mode in -Wl,-z,lazy -Wl,-z,now; do
  gcc_link -m32 -pie $mode main.o -o program 2>messages
  expect_match 'warning: .*main.o|main.o: warning' cat messages
  expect_output $'direct\nby pointer' ./program
  expect_match 'R_386_PC32 .* puts' readelf -rW program
done
compile pic.c -m32 -fPIE <<<'#include <stdio.h>
int main(void) { return puts("stub") < 0; }'
gcc_link -m32 -pie pic.o -o program
expect_output stub ./program
expect_no_match TEXTREL readelf -dW program
