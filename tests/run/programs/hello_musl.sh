#!/usr/bin/env bash
# musl's libc.a, static and static-pie.
source "$(dirname "$0")/../lib.sh"

compile hello.c -fPIE <<'EOF'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
int main() {
  char *copy = strdup("musl");
  errno = ENOENT;
  printf("%s %s %d\n", copy, strerror(errno), atoi("42"));
  free(copy);
  return 0;
}
EOF
musl_link -static -no-pie hello.o -o hello
expect_output 'musl No such file or directory 42' ./hello
# Debian's musl-gcc does not know -static-pie; this is what it would pass.
musl=/usr/lib/x86_64-linux-musl
link -static -pie --no-dynamic-linker -z text "$musl/rcrt1.o" "$musl/crti.o" hello.o --start-group "$musl/libc.a" \
  "$(gcc -print-libgcc-file-name)" --end-group "$musl/crtn.o" -o hello
expect_output 'musl No such file or directory 42' ./hello
