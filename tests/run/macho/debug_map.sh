#!/usr/bin/env bash
# The debug map of C++ and C, of objects and a member of an archive, with folded and dead functions: dsymutil makes the
# same of it as of ld64.lld's, llvm-dwarfdump finds no fault with that, and the source is named as the compiler did, even
# if the first function comes from a header.
# Only xld: of the proving linkers none has the name ld64.xld.
here=$(dirname "$(realpath "$0")")
source "$here/../lib.sh"

cat >inline.h <<'SOURCE'
template <class T> struct Sum {
  __attribute__((noinline)) T add(T value) { return total += value; }
  T total;
};
SOURCE
cat >main.cc <<'SOURCE'
#include "inline.h"
extern "C" int same(int), alike(int), dead(int);
struct Base { virtual int f(int x) { return x; } };
struct Derived : Base { int f(int x) override { return same(x) + alike(x); } };
Base* volatile base;
int main() { Derived d; Sum<int> sum{1}; base = &d; return sum.add(base->f(2)) + Sum<long>{2}.add(3); }
SOURCE
cat >member.c <<'SOURCE'
static int counter = 2; int common[4];
int same(int x) { int y = x * 3; return y + 4; }
int alike(int x) { int y = x * 3; return y + 4; }
int dead(int x) { return common[x] + counter++; }
SOURCE
mkdir -p sdk/usr/lib
echo '--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: /usr/lib/libSystem.B.dylib
exports: [ { targets: [ x86_64-macos, arm64-macos ], symbols: [ dyld_stub_binder, __ZTVN10__cxxabiv117__class_type_infoE,
  __ZTVN10__cxxabiv120__si_class_type_infoE ] } ]
...' >sdk/usr/lib/libSystem.tbd
functions() { # functions IMAGE: the names that have an address in its dSYM
  run dsymutil-19 "$1" -o "$1.dSYM"
  run llvm-dwarfdump-19 --verify "$1.dSYM" >verified || fail "$(cat verified)"
  llvm-dwarfdump-19 --debug-info "$1.dSYM" | awk '/DW_TAG/ { tag = $2; low = 0 } /DW_AT_low_pc/ { low = 1 }
    /DW_AT_(name|linkage_name|specification|abstract_origin)/ && tag == "DW_TAG_subprogram" && low { sub(/0x[0-9a-f]+/, ""); print }' | sort
}
for arch in x86_64 arm64; do
  for file in main.cc member.c; do run clang-19 -target "$arch-apple-macos12" -g -O1 -c $file -o ${file%.*}.o; done
  rm -f libx.a && run llvm-ar-19 rcs libx.a member.o
  for option in -dead_strip --icf=all; do
    for linker in ld64.lld-19 "$scratch/bin/ld64.xld"; do
      run "$linker" -arch "$arch" -platform_version macos 12.0 12.0 -syslibroot sdk -lSystem main.o libx.a "$option" -o out
      functions out >"functions.${linker##*/}"
    done
    run cmp functions.ld64.lld-19 functions.ld64.xld
    expect_match "filename: .*libx.a.member.o.'" dsymutil-19 --dump-debug-map out
    expect_match 'SO  .*/main\.cc' dsymutil-19 -s out
    expect_match 'SumIiE3add' cat functions.ld64.xld
  done
done
