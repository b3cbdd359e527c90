#!/usr/bin/env bash
# Libraries: strong definitions count before weak ones whatever the order; one that everybody may link is named itself when
# another passes it on; names of libraries' own libraries with -flat_namespace; programs that begin in a library; one
# mention as weak is enough; hidden names on lists of exports.
# Only xld: of the proving linkers none has the name ld64.xld.
here=$(dirname "$(realpath "$0")")
source "$here/../lib.sh"

XLD=$scratch/bin/ld64.xld
cp "$here/libSystem.tbd" .
common=(-arch x86_64 -platform_version macos 11.0 11.0 -L. -lSystem)
object() { run clang-19 -target x86_64-apple-macos11 -x c -c - -o "$1"; }
library() { run "$XLD" "${common[@]}" -dylib "${@:2}" -o "$1"; }
binds() { llvm-objdump-19 --macho --bind --lazy-bind out; }
object weak.o <<<'__attribute__((weak)) int shared(void) { return 1; }'
object strong.o <<<'int shared(void) { return 2; } int start(void) { return 0; }'
object user.o <<<'int shared(void); int (*pointer)(void) = shared; int main(void) { return pointer(); }'
library libweak.dylib weak.o
library libstrong.dylib strong.o
for order in 'libweak.dylib libstrong.dylib' 'libstrong.dylib libweak.dylib'; do
  run "$XLD" "${common[@]}" user.o $order -o out
  expect_match 'libstrong +_shared' binds
done
run "$XLD" "${common[@]}" user.o libstrong.dylib -weak_library libstrong.dylib -o out
expect_match '_shared \(weak import\)|_shared \(weak_import\)' binds
expect_match 'LC_LOAD_WEAK_DYLIB' llvm-otool-19 -l out

run "$XLD" "${common[@]}" weak.o libstrong.dylib -e _start -o out
run "$XLD_VERIFY" out
expect_match '_start' llvm-objdump-19 --macho --indirect-symbols out

mkdir -p root/usr/lib
library root/usr/lib/libpublic.dylib strong.o -install_name /usr/lib/libpublic.dylib
object outer.o <<<'int outer(void) { return 1; }'
library libouter.dylib outer.o -reexport_library root/usr/lib/libpublic.dylib
run "$XLD" "${common[@]}" -syslibroot root user.o libouter.dylib -o out
expect_match 'libpublic +_shared' binds
run "$XLD" "${common[@]}" -syslibroot root -no_implicit_dylibs user.o libouter.dylib -o out
expect_match 'libouter +_shared' binds

# -L and -F come before the place where a library that is passed on says it is.
mkdir -p moved/Far.framework
library moved/libfar.dylib strong.o -install_name /far/libfar.dylib
library libpasser.dylib outer.o -reexport_library moved/libfar.dylib
expect_fail 'undefined symbol: _shared' 'unable to locate re-export with install name /far/libfar.dylib' -- \
  "${common[@]}" user.o libpasser.dylib -o out2
run "$XLD" "${common[@]}" -Lmoved user.o libpasser.dylib -o out
library moved/Far.framework/Far strong.o -install_name /far/Far.framework/Far
library libpasser.dylib outer.o -reexport_library moved/Far.framework/Far
run "$XLD" "${common[@]}" -Fmoved user.o libpasser.dylib -o out
expect_match 'libpasser +_shared' binds

# What stands below a library that is named itself is that one's; one with clients is nobody else's to name.
folder=root/System/Library/Frameworks/Wide.framework
mkdir -p $folder/Versions/A $folder/Frameworks
library $folder/Frameworks/Inner strong.o -install_name /${folder#root/}/Frameworks/Inner
library $folder/Versions/A/Wide outer.o -install_name /${folder#root/}/Versions/A/Wide $folder/Frameworks/Inner -sub_umbrella Inner
object top.o <<<'int top(void) { return 1; }'
library libtop.dylib top.o -syslibroot root -reexport_library $folder/Versions/A/Wide
run "$XLD" "${common[@]}" -syslibroot root user.o libtop.dylib -o out
expect_match 'Wide +_shared' binds
library root/usr/lib/libpublic.dylib strong.o -install_name /usr/lib/libpublic.dylib -allowable_client outer
run "$XLD" "${common[@]}" -syslibroot root user.o libouter.dylib -o out
expect_match 'libouter +_shared' binds

object middle.o <<<'int shared(void); int middle(void) { return shared(); }'
library libmiddle.dylib middle.o libstrong.dylib
expect_fail 'undefined symbol: _shared' 'referenced by user.o:.symbol _pointer.0x0. in section __DATA' -- \
  "${common[@]}" user.o libmiddle.dylib -o out2
run "$XLD" "${common[@]}" -flat_namespace user.o libmiddle.dylib -o out
expect_match 'flat-namespace +_shared' binds
expect_no_match 'libstrong' llvm-otool-19 -L out

object hidden.o <<<'__attribute__((visibility("hidden"))) int hidden(void) { return 1; }'
expect_match 'cannot export hidden symbol _hidden' run "$XLD" "${common[@]}" -dylib hidden.o -exported_symbol _hidden -o out
