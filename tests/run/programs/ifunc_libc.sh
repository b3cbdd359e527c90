#!/usr/bin/env bash
# glibc's string functions are IFUNCs: their addresses in data, their calls, and calls through pointers agree.
source "$(dirname "$0")/../lib.sh"

for mode in '-m64 -static' '-m32 -static' '-m64 -static-pie' '-m32 -static-pie'; do
  compile a.c -O1 -fno-builtin -fPIE ${mode%% *} <<'EOF'
#include <stdio.h>
#include <string.h>
size_t (*in_data)(const char *) = strlen;
void *(*const in_constant[])(void *, const void *, size_t) = {memcpy, memmove};
int main() {
  char buffer[8] = {0};
  size_t (*volatile local)(const char *) = strlen;
  in_constant[0](buffer, "abcd", 4);
  printf("%d %zu %zu %zu %s\n", local == in_data, strlen("abc"), local("ab"), in_data("a"), strchr(buffer, 'c'));
  return 0;
}
EOF
  gcc_link $mode a.o -o program
  expect_output '1 3 2 1 cd' ./program
done
