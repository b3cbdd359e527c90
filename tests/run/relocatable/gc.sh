#!/usr/bin/env bash
# -r --gc-sections keeps what -u or -e leads to, with its debug information; without either it is an error.
source "$(dirname "$0")/../lib.sh"

compile a.c -g -ffunction-sections <<'E'
extern int far(void), farther(void);
static int helper(void) { return far(); }
int kept(void) { return helper(); }
int dropped(void) { return farther(); }
E
expect_fail 'gc-sections' -- -r --gc-sections a.o -o out.o
for root in '-u kept' '-e kept'; do
  link -r --gc-sections $root a.o -o out.o
  has_section out.o .text.helper
  has_section out.o .debug_info
  expect_no_section out.o .text.dropped
  expect_match ' UND far$' readelf -sW out.o
  expect_no_match ' dropped$' nm out.o
  expect_no_match 'text.dropped' readelf -rW out.o
done
