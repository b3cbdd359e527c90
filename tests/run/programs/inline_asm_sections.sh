#!/usr/bin/env bash
# Tables built by inline assembly in a named section and walked between __start_ and __stop_.
source "$(dirname "$0")/../lib.sh"

for file in a b; do
  compile $file.c -O1 <<EOF
#define ENTRY(value) __attribute__((used, section("table"))) static const int entry_##value = value
ENTRY(1$([[ $file == a ]] && echo 0 || echo 1));
EOF
done
compile main.c -O1 <<'EOF'
#include <stdio.h>
extern const int __start_table[], __stop_table[];
int main() {
  int sum = 0;
  for (const int *entry = __start_table; entry != __stop_table; entry++) sum += *entry;
  printf("%d\n", sum);
  return 0;
}
EOF
for flags in '' -Wl,--gc-sections; do
  gcc_link -static $flags main.o a.o b.o -o program
  expect_output 21 ./program
done
