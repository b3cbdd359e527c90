#!/usr/bin/env bash
# --separate-debug-file: debug information in a file of its own, which GDB finds through .gnu_debuglink.
source "$(dirname "$0")/../lib.sh"
export DEBUGINFOD_URLS=

compile a.c -g -O1 <<'E2'
struct pair { int first, second; };
int other(struct pair*);
static int helper(int x) { return x + 1; }
int main(void) { struct pair p = {1, 2}; return other(&p) - helper(2); }
E2
compile b.c -g -O1 <<'E2'
struct pair { int first, second; };
int variable = 0;
int other(struct pair* p) { return p->first + p->second + variable; }
E2
for options in '' -s '-Wl,--build-id -Wl,--gdb-index' '-Wl,--compress-debug-sections=zlib -Wl,--threads=1'; do
  gcc_link $options a.o b.o -Wl,--separate-debug-file -o program
  expect_status 0 ./program
  expect_no_match '\.debug_' readelf -SW program
  expect_match 'program.dbg' readelf -p .gnu_debuglink program
  expect_match '\.debug_info' readelf -SW program.dbg
  expect_match '\.text +NOBITS' readelf -SW program.dbg
  expect_match ' variable$' readelf -sW program.dbg
  gdb -nx -batch -ex 'info line other' -ex 'ptype struct pair' -ex 'break b.c:3' -ex run -ex backtrace program >answers 2>&1
  expect_match 'Line 3 of ".*b\.c"' cat answers
  expect_match 'int first;' cat answers
  expect_match '#1 .* main \(\) at .*a\.c:4' cat answers
  expect_no_match 'warning' cat answers
done
gcc_link -Wl,--build-id a.o b.o -Wl,--separate-debug-file=other.debug -o program
[[ $(contents program .note.gnu.build-id) == $(contents other.debug .note.gnu.build-id) ]] || fail 'the build ids differ'
mkdir second
gcc_link -Wl,--build-id -Wl,--threads=1 a.o b.o -Wl,--separate-debug-file=second/other.debug -o second/program
cmp other.debug second/other.debug
objcopy --only-keep-debug program /dev/null
objcopy --remove-section=.gnu_debuglink program copy
objcopy --add-gnu-debuglink=other.debug copy
[[ $(contents program .gnu_debuglink) == $(contents copy .gnu_debuglink) ]] || fail 'objcopy has another checksum'
expect_fail 'separate-debug-file' -- --emit-relocs --separate-debug-file a.o b.o -o x
