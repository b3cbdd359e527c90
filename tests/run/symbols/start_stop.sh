#!/usr/bin/env bash
# __start_NAME and __stop_NAME for sections whose names are C identifiers; not for others; weak ones may be missing.
source "$(dirname "$0")/../lib.sh"

compile a.c <<'EOF'
#include <stdio.h>
extern const int __start_my_numbers[], __stop_my_numbers[];
extern const int __start_absent[] __attribute__((weak)), __stop_absent[] __attribute__((weak));
__attribute__((used, section("my_numbers"))) static const int one = 1, two = 2;
int main() {
  printf("%d %d\n", (int)(__stop_my_numbers - __start_my_numbers), __start_absent == __stop_absent);
  return 0;
}
EOF
for mode in -static -static-pie '-static -Wl,--gc-sections'; do
  gcc_link $mode a.o -o program
  expect_output '2 1' ./program
done
expect_equal $(($(symbol program __start_my_numbers))) "$(section program my_numbers address)"
