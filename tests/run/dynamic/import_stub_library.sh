#!/usr/bin/env bash
# --emit-stub-library: a list of imports as a library that other linkers can link against.
# Only xld: other linkers have no such option.
source "$(dirname "$0")/../lib.sh"

cat >list <<'LIST'
--dynimport=triple@V1,libown.so.1
--dynimport=old=triple@V0,libown.so.1
--dynimport-pointer=value=counter,libown.so.1
LIST
compile own.c -fPIC <<<'int counter = 4; int triple(int x) { return 3 * x; }'
echo 'V1 { global: triple; local: *; }; V0 { };' >own.map
echo '{ global: counter; };' >plain.map
compile own.c -fPIC <<<'int counter = 4; int new_triple(int x) { return 3 * x; } int old_triple(int x) { return x; }
__asm__(".symver new_triple,triple@@V1\n.symver old_triple,triple@V0");'
echo 'V0 { global: triple; }; V1 { global: triple; };' >own.map
gcc -shared -Wl,-soname,libown.so.1 -Wl,--version-script=own.map own.o -o libown.so.1

for bits in 64 32; do
  emulation=$([[ $bits == 64 ]] && echo elf_x86_64 || echo elf_i386)
  run "$XLD" -m $emulation --emit-stub-library=libstub$bits.so @list -o none
  [[ ! -e none ]] || fail "an output was written"
  [[ -z ${XLD_VERIFY:-} ]] || run "$XLD_VERIFY" libstub$bits.so
  expect_match 'SONAME.*libown.so.1' readelf -dW libstub$bits.so
  expect_match 'FUNC  *GLOBAL .* triple@@V1' readelf --dyn-syms -W libstub$bits.so
  expect_match 'FUNC  *GLOBAL .* triple@V0' readelf --dyn-syms -W libstub$bits.so
  expect_match 'OBJECT  *GLOBAL .* counter' readelf --dyn-syms -W libstub$bits.so
  expect_match 'triple@@V1' llvm-readobj-19 --dyn-syms --version-info libstub$bits.so
done
compile main.c -fPIC <<<'extern int triple(int), counter; int main(void) { return triple(counter + 10) != 42; }'
for linker in bfd lld-19; do
  ld.${linker%%-19} --version >/dev/null 2>&1 || true
  gcc -c main.c -o ignored.o -fPIC
  ld.$linker -pie --dynamic-linker /lib64/ld-linux-x86-64.so.2 -rpath "$PWD" "$(gcc -print-file-name=Scrt1.o)" main.o \
    libstub64.so "$(gcc -print-file-name=libc.so.6)" -o main-$linker
  expect_output '' ./main-$linker
  expect_match 'NEEDED.*libown.so.1' readelf -dW main-$linker
  expect_match 'triple@V1' readelf --dyn-syms -W main-$linker
done
gcc_link main.o libstub64.so -Wl,-rpath,"$PWD" -o main
expect_output '' ./main

# Beside a link; of several libraries, each in a file.
mkdir stubs
compile user.c -fPIC <<<'extern int f(void); extern int *g; int use(void) { return f() + *g; }'
link -shared user.o -o libuser.so --dynimport=f,liba.so --dynimport=g,/opt/libb.so.2 --emit-stub-library=stubs/
expect_match 'FUNC .* f$' readelf --dyn-syms -W stubs/liba.so
expect_match 'OBJECT .* g$' readelf --dyn-syms -W stubs/libb.so.2
expect_match 'SONAME.*/opt/libb.so.2' readelf -dW stubs/libb.so.2
expect_fail 'of 2 libraries' -- -shared user.o -o x.so --dynimport=f,liba.so --dynimport=g,libb.so --emit-stub-library=y
expect_fail 'no --dynimport' -- --emit-stub-library=y -o x.so
