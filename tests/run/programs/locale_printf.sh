#!/usr/bin/env bash
# printf of every kind of number, scanf, qsort and setlocale: much of libc.a, with its tables in data sections.
source "$(dirname "$0")/../lib.sh"

for machine in -m64 -m32; do
  compile a.c $machine <<'EOF'
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <wchar.h>
int main() {
  setlocale(LC_ALL, "C");
  long double third = 1.0L / 3;
  double parsed;
  char buffer[40];
  time_t epoch = 0;
  sscanf("2.25e2", "%lf", &parsed);
  strftime(buffer, sizeof buffer, "%Y-%m-%d", gmtime(&epoch));
  printf("%.12Lf %g %a %s %ls %lld\n", third, sqrt(parsed), 1.0, buffer, L"wide", 1234567890123LL);
  return 0;
}
EOF
  gcc_link -static $machine a.o -lm -o program
  expect_output '0.333333333333 15 0x1p+0 1970-01-01 wide 1234567890123' ./program
done
