#!/usr/bin/env bash
# Flags that change which relocations and notes the compiler uses; each program must still print the same.
source "$(dirname "$0")/../lib.sh"

source='#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int common_value;
extern int weak_value __attribute__((weak));
_Thread_local int local = 2;
static int compare(const void *a, const void *b) { return strcmp(*(char **)a, *(char **)b); }
int main() {
  const char *names[] = {"b", "c", "a"};
  qsort(names, 3, sizeof *names, compare);
  printf("%s%s%s %d %d %d\n", names[0], names[1], names[2], common_value, &weak_value == 0, local);
  return 0;
}'
for flags in -fcommon -fno-common -fcf-protection=full -fno-plt\ -fPIC -mtls-dialect=gnu2\ -fPIC -fPIC -g3 -g\ -gz \
  -fno-asynchronous-unwind-tables -fpie -funwind-tables\ -Os; do
  for machine in -m64 -m32; do
    compile a.c $flags $machine <<<"$source"
    gcc_link -static $machine a.o -o program
    expect_output 'abc 0 1 2' ./program
  done
done
