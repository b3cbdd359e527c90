#!/usr/bin/env bash
# What options ask for in the dynamic section, and a library with a loader of its own.
source "$(dirname "$0")/../lib.sh"

compile a.c -fPIC <<<'void start(void) {} void done(void) {} int f(void) { return 1; }'
gcc_link -shared a.o -o a.so -Wl,-soname,a.so.1 -Wl,-f,one -Wl,-f,two -Wl,-F,three -Wl,--audit=x -Wl,--audit=y \
  -Wl,--init=start -Wl,--fini=done -Wl,-rpath,/a -Wl,-rpath,/b -Wl,-z,nodelete -Wl,-z,initfirst -Wl,-z,origin
for line in 'SONAME.*\[a.so.1\]' 'Auxiliary library: \[one\]' 'Auxiliary library: \[two\]' 'Filter library: \[three\]' \
  'Audit library: \[x:y\]' 'RUNPATH.*\[/a:/b\]' 'NODELETE' 'INITFIRST' 'FLAGS.*ORIGIN'; do
  expect_match "$line" readelf -dW a.so
done
start=$(nm a.so | sed -n 's/^0*\(.*\) T start$/\1/p')
expect_match "INIT\).* 0x$start" readelf -dW a.so
expect_no_match INTERP readelf -lW a.so
link -shared --dynamic-linker=/lib64/ld-linux-x86-64.so.2 -e f a.o -o plain.so
expect_no_match INTERP readelf -lW plain.so
link -shared -pie --dynamic-linker=/lib64/ld-linux-x86-64.so.2 -e f a.o -o run.so
expect_match INTERP readelf -lW run.so

# -static between --push-state and --pop-state asks for archives, not for a static program.
compile main.c -fPIE <<<'int main(void) { return 0; }'
gcc_link main.o -o program -Wl,--push-state,-static,--pop-state
expect_match 'NEEDED.*libc' readelf -dW program

compile ar.c -fPIC <<<'int inside(void) { return 1; }'
compile br.c -fPIC <<<'int outside(void) { return 1; }'
ar rcs a.a ar.o
ar rcs b.a br.o
for libraries in a.a:x.a x.a,a.a a ALL; do
  link -shared --whole-archive a.a b.a --no-whole-archive --exclude-libs=$libraries -o e.so
  expect_no_match ' inside$' readelf --dyn-syms -W e.so
done
link -shared --whole-archive a.a b.a --no-whole-archive --exclude-libs=a.a -o e.so
expect_match ' outside$' readelf --dyn-syms -W e.so
