#!/usr/bin/env bash
# Records of imports in ELF objects (xld/dynimport.h) whose output is Mach-O: names get their underscores; through -r,
# too; a version, which libraries of Mach-O do not have, is an error that says where it stands.
# Only xld: other linkers know no such records.
here=$(dirname "$(realpath "$0")")
source "$here/../lib.sh"

cat >main.c <<'SOURCE'
#include <xld/dynimport.h>
XLD_DYNIMPORT(say, puts, "", "/usr/lib/libSystem.B.dylib");
XLD_DYNIMPORT_POINTER(output, __stdoutp, "", "/usr/lib/libSystem.B.dylib");
extern int say(const char *);
extern void **output;
int main(void) { return say(*output); }
SOURCE
run gcc -O1 -fPIC -fno-stack-protector -I "$here/../../../include" -c main.c -o main.o
check() {
  [[ -z ${XLD_VERIFY:-} ]] || run "$XLD_VERIFY" "$1"
  expect_match '__nl_symbol_ptr .* libSystem  *___stdoutp$' llvm-objdump-19 --macho --bind --lazy-bind "$1"
  expect_match ' libSystem  *_puts$' llvm-objdump-19 --macho --bind --lazy-bind "$1"
  expect_match 'nl_symbol_ptr\) external _output$' llvm-nm-19 -m "$1"
}
run "$XLD" --target=darwin-amd64 main.o -o main
check main
run "$XLD" --target=darwin-amd64 -r main.o -o joined.o
run "$XLD" --target=darwin-amd64 joined.o -o second
check second

sed -i 's/puts, ""/puts, "GLIBC_2.2.5"/' main.c
run gcc -O1 -fPIC -fno-stack-protector -I "$here/../../../include" -c main.c -o main.o
expect_fail 'main\.o .a record that imports _say=_puts@GLIBC_2\.2\.5,.*: symbols of Mach-O libraries have no versions' -- \
  --target=darwin-amd64 main.o -o bad
