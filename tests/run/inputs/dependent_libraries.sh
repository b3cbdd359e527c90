#!/usr/bin/env bash
# An object names libraries (.deplibs, from #pragma comment(lib, …)): they are searched for as by -l, then as files.
source "$(dirname "$0")/../lib.sh"

for library in archived shared direct; do
  compile $library.c -fPIC <<<"int $library(void) { return 7; }"
done
ar rcs libarchived.a archived.o
mkdir beside && mv direct.o beside
CC=clang-19 compile main.c <<'E'
#pragma comment(lib, "archived")
#pragma comment(lib, "shared")
#pragma comment(lib, "direct.o")
int archived(void), shared(void), direct(void);
int main(void) { return archived() + shared() + direct(); }
E
link -shared -soname libshared.so shared.o -o libshared.so
gcc_link main.o -L. -Lbeside -Wl,-rpath,"$PWD" -o program
expect_status 21 ./program
expect_match 'NEEDED.*libshared.so' readelf -d program
link -r main.o -o again.o
gcc_link again.o -L. -Lbeside -Wl,-rpath,"$PWD" -o program
expect_status 21 ./program
expect_fail 'undefined symbol: archived' -- --no-dependent-libraries main.o -L. -Lbeside -e main -o program
expect_fail 'main.o: unable to find library from dependent library specifier: direct.o' -- main.o -L. -e main -o program
link main.o -L. -Lbeside -e main -o program --reproduce repro.tar
tar xf repro.tar
(cd repro && run "$XLD" @response.txt)
cmp program repro/program

# With nothing but such libraries the output has a loader, too; one that is not used is needed all the same.
cat >start.s <<'E'
  .globl _start
_start: ret
  .section .deplibs,"MS",@llvm_dependent_libraries,1
  .asciz "shared"
E
run clang-19 -c start.s
link start.o -L. -o program
expect_match 'NEEDED.*libshared.so' readelf -d program
link start.o --as-needed -L. -o program
expect_no_match 'NEEDED' readelf -d program
sed 's/asciz/ascii/' start.s >unfinished.s
run clang-19 -c unfinished.s
expect_fail 'unfinished.o: .*.deplibs' -- unfinished.o -L. -o program
