#!/usr/bin/env bash
# A program's variable that is called like a function of the C library is not taken for it.
source "$(dirname "$0")/../lib.sh"

compile library.c -fPIC -fno-builtin <<'E2'
#include <sys/times.h>
#include <time.h>
int ask(void) { struct tms buffer; return times(&buffer) == 0 && time(0) == 0; }
E2
compile main.c <<<'int times = -1; int ask(void); int main(void) { times++; return times + ask(); }'
gcc_link -shared library.o -o library.so
for pic in -no-pie -pie; do
  gcc_link $pic main.o library.so -Wl,-rpath,. -o program
  expect_status 0 ./program
  expect_no_match ' times$' readelf --dyn-syms -W program
done

# A library that is not needed is not asked for versions either.
compile weak.c -fPIC <<<'__attribute__((weak)) void bar(void); int main(void) { if (bar) bar(); return 0; }'
compile bar.c -fPIC <<<'void bar(void) {}'
echo 'VERS_1 { bar; };' >map
gcc_link -shared bar.o -Wl,--version-script=map -o libbar.so
gcc_link weak.o -Wl,--as-needed libbar.so -o program
expect_status 0 ./program
expect_no_match 'libbar|VERS_1' readelf -dVW program
