#!/usr/bin/env bash
# --dynimport into Mach-O: functions and pointers of libraries that are not there, for all three generations of fixups;
# a .tbd stub of the imports for other linkers. tests/macho_run runs such programs.
# Only xld: other linkers have no such option.
source "$(dirname "$0")/../lib.sh"

link64() { run "$scratch/bin/ld64.xld" "$@"; }
dump() { run llvm-objdump-19 --macho "$@"; }

cat >main.c <<'SOURCE'
extern int say(const char *);
extern void **output;
extern void write_to(void **);
void ***where = &output;
int main(void) {
  write_to(output);
  return say("x");
}
SOURCE
system=/usr/lib/libSystem.B.dylib
imports=(--dynimport=_say=_puts,$system --dynimport=_output=___stdoutp,$system --dynimport-function=_write_to,@rpath/libown.dylib
  --dynimport=_unused,/nowhere/libunused.dylib)
for row in x86_64-10.5 x86_64-10.15 x86_64-13.0 i386-10.5 i386-10.8 arm64-13.0; do
  arch=${row%-*} minimum=${row#*-}
  run clang-19 -target "$arch-apple-macos$minimum" -O1 -fno-stack-protector -c main.c -o main.o
  mode=()
  [[ $minimum != 10.5 ]] || mode=(--macho=classic -e _main)
  link64 -arch "$arch" -platform_version macos "$minimum" "$minimum" "${mode[@]}" main.o "${imports[@]}" -o main
  [[ -z ${XLD_VERIFY:-} || -n ${mode[*]} ]] || run "$XLD_VERIFY" main
  expect_match "name $system" dump --private-headers main
  expect_match 'name @rpath/libown.dylib' dump --private-headers main
  expect_no_match 'unused' dump --private-headers --indirect-symbols -t main
  expect_match '__nl_symbol_ptr' dump --section-headers main
  expect_match '___stdoutp$' dump --indirect-symbols main
  expect_match '\(undefined\) external ___stdoutp \(from libSystem\)' llvm-nm-19 -m main
  expect_match '\(undefined\) external _write_to \(from libown\)' llvm-nm-19 -m main
  expect_match 'nl_symbol_ptr\) external _output$' llvm-nm-19 -m main
  expect_no_match ' _say$' llvm-nm-19 -m main
  if [[ -z ${mode[*]} ]]; then
    expect_match '__nl_symbol_ptr .* libSystem  *___stdoutp$' dump --bind --dyld-info main
    expect_match ' libSystem  *_puts$' dump --bind --dyld-info main
    expect_match ' libown  *_write_to$' dump --bind --dyld-info main
  fi
done

expect_status 1 "$scratch/bin/ld64.xld" -static -arch arm64 -e _main main.o "${imports[@]}" -o bad
grep -q -e '--dynimport=_say=_puts,/usr/lib/libSystem.B.dylib and -static do not go together' "$scratch/messages" ||
  fail "$(cat "$scratch/messages")"
expect_status 1 "$scratch/bin/ld64.xld" -arch arm64 main.o --dynimport=_main,libx.dylib -o bad
grep -q 'duplicate symbol: .*main.*--dynimport=_main,libx.dylib and defined in main.o' "$scratch/messages" ||
  fail "$(cat "$scratch/messages")"

expect_status 1 "$scratch/bin/ld64.xld" -arch arm64 main.o "${imports[@]:0:2}" --dynimport=_write_to@V1,libx.dylib -o bad
grep -q '_write_to@V1,libx.dylib: symbols of Mach-O libraries have no versions' "$scratch/messages" ||
  fail "$(cat "$scratch/messages")"

# A stub, which ld64.lld reads, and xld.
mkdir stubs
link64 -arch arm64 "${imports[@]}" --emit-stub-library=stubs/
expect_equal "$(ls stubs)" $'libSystem.B.tbd\nlibown.tbd\nlibunused.tbd'
expect_match "install-name: '@rpath/libown.dylib'" cat stubs/libown.tbd
run clang-19 -target arm64-apple-macos13.0 -fno-stack-protector -c -x c - -o other.o <<'SOURCE'
extern int puts(const char *);
extern void write_to(void *), *__stdoutp;
int main(void) { return write_to(__stdoutp), puts("x"); }
SOURCE
for linker in ld64.lld-19 "$scratch/bin/ld64.xld"; do
  run "$linker" -arch arm64 -platform_version macos 13.0 13.0 other.o stubs/libSystem.B.tbd stubs/libown.tbd -o other
  expect_match '_write_to \(from libown\)' llvm-nm-19 -m other
  expect_match '___stdoutp \(from libSystem\)' llvm-nm-19 -m other
done

# Records and notes of objects: read at once, or behind -r, and no part of the program.
include=$lib_directory/../../include
run clang-19 -target x86_64-apple-macos10.15 "-I$include" -fno-stack-protector -c -x c - -o records.o <<'SOURCE'
#include <xld/dynimport.h>
#include <xld/slots.h>
XLD_RUNTIME_SLOT(runtime_g, 0)
XLD_DYNIMPORT(say, puts, "", "/usr/lib/libSystem.B.dylib");
extern int say(const char *);
int main(void) { return say("x") + (xld_load_slot(runtime_g) != 0); }
SOURCE
link64 -arch x86_64 -r records.o -o joined.o
expect_match '__imports ' dump --section-headers joined.o
for object in records.o joined.o; do
  link64 -arch x86_64 -platform_version macos 10.15 10.15 $object -o recorded
  expect_match ' libSystem  *_puts$' dump --bind --lazy-bind --dyld-info recorded
  expect_match '%gs:0x8a0' dump -d recorded
  expect_no_match '__imports|__slots' dump --section-headers recorded
done
