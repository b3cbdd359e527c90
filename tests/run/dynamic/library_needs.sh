#!/usr/bin/env bash
# What shared libraries refer to has to be there: in the program, in libraries that are linked, or in those that these
# need, which are searched as ld.so does and in -rpath-link.
source "$(dirname "$0")/../lib.sh"

mkdir near far
compile low.c -fPIC <<<'int low(void) { return 40; } __attribute__((weak)) int unused(void) { return 0; }'
compile middle.c -fPIC <<<'int low(void); __attribute__((weak)) int nowhere(void); int middle(void) { return low() + !nowhere; }'
compile main.c <<<'int middle(void); int main(void) { return middle(); }'
gcc_link -shared low.o -Wl,-soname,liblow.so -o far/liblow.so
gcc_link -shared middle.o -Lfar -llow -o near/libmiddle.so
gcc_link -shared middle.o -o near/libbare.so

# It says where to look, and is not there: the option makes that an error.
expect_match 'liblow.so, needed by .*libmiddle.so, not found \(try using -rpath or -rpath-link\)' \
  bash -c "gcc -B$scratch/bin main.o -Lnear -lmiddle -Wl,--no-allow-shlib-undefined -o program 2>&1 || true"
gcc_link main.o -Lnear -lmiddle -Wl,--no-allow-shlib-undefined -Wl,-rpath-link,elsewhere:far -Wl,-rpath,near -o program
expect_status 41 env LD_LIBRARY_PATH=far ./program
expect_no_match 'liblow' readelf -dW program
gcc_link main.o -Lnear -lmiddle -Wl,--no-allow-shlib-undefined -Wl,-rpath,near:far -o program
LD_LIBRARY_PATH=far gcc_link main.o -Lnear -lmiddle -Wl,--no-allow-shlib-undefined -o program
for tags in enable disable; do
  gcc_link -shared middle.o -Lfar -llow -Wl,-rpath,'$ORIGIN/../far' -Wl,--$tags-new-dtags -o near/libmiddle.so
  gcc_link main.o -Lnear -lmiddle -Wl,--no-allow-shlib-undefined -Wl,-rpath,near -o program
  expect_status 41 ./program
done
mkdir -p root/far && cp far/liblow.so root/far
gcc_link -shared middle.o -Lfar -llow -Wl,-rpath,/far -o near/libmiddle.so
link main.o --sysroot=root -Lnear -lmiddle --no-allow-shlib-undefined -e main -o program

# It does not say that it needs anything: an error for programs, but not for libraries, unless they ask.
expect_fail 'libbare.so.*low' -- main.o near/libbare.so -e main -o program
expect_fail 'libbare.so.*low' -- -shared --no-allow-shlib-undefined near/libbare.so -o x.so
link -shared near/libbare.so -o x.so
for permission in --allow-shlib-undefined --unresolved-symbols=ignore-in-shared-libs --unresolved-symbols=ignore-all; do
  link main.o near/libbare.so -e main $permission -o program
done
gcc_link main.o low.o near/libbare.so -Wl,-rpath,. -o program
expect_status 41 ./program
compile hidden.c <<<'__attribute__((visibility("hidden"))) int low(void) { return 1; }'
expect_fail 'libbare.so.*low|low.*DSO' 'hidden.o' -- main.o hidden.o near/libbare.so -e main -o program

# --as-needed: what a library needs without saying so is needed, too.
gcc_link main.o -Wl,--as-needed -Lnear -lbare -Lfar -llow -Wl,-rpath,near:far -o program
expect_match 'NEEDED.*liblow.so' readelf -dW program
expect_status 41 ./program

# What libraries need is linked only on request.
compile direct.c <<<'int middle(void); int low(void); int main(void) { return middle() + low(); }'
gcc_link -shared middle.o -Lfar -llow -Wl,-rpath,'$ORIGIN/../far' -o near/libmiddle.so
expect_fail 'low' -- direct.o near/libmiddle.so -e main -o program
gcc_link direct.o -Lnear -Wl,--copy-dt-needed-entries -lmiddle -Wl,-rpath,near:far -o program
expect_status 81 ./program
expect_match 'NEEDED.*liblow.so' readelf -dW program
