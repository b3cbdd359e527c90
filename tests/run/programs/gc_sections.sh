#!/usr/bin/env bash
# -ffunction-sections -fdata-sections --gc-sections: the program still works and the dead parts are gone.
source "$(dirname "$0")/../lib.sh"

compile a.c -fPIE -ffunction-sections -fdata-sections <<'EOF'
#include <stdio.h>
#include <stdlib.h>
int unused_data[1000] = {1};
int used_data[2] = {4, 2};
static int compare(const void *a, const void *b) { return *(int *)a - *(int *)b; }
void unused_function() { unused_data[0]++; }
int main() { qsort(used_data, 2, 4, compare); printf("%d%d\n", used_data[0], used_data[1]); return 0; }
EOF
for flags in -static -static-pie; do
  gcc_link $flags -Wl,--gc-sections a.o -o program
  expect_output 24 ./program
  expect_match ' used_data$' nm program
  expect_no_match 'unused' nm program
done
