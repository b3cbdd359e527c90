#!/usr/bin/env bash
# A program takes names from a textual stub, from a library of our own and from a framework; every import says which.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
here=$(dirname "$(realpath "$0")")
source "$here/../lib.sh"

XLD=$scratch/bin/ld64.xld
cat >own.c <<'EOT'
int own_data = 5;
int own(void) { return own_data; }
__attribute__((visibility("hidden"))) int secret(void) { return 1; }
EOT
cat >main.c <<'EOT'
extern int own_data, puts(const char *), own(void), framed(void);
extern int optional(void) __attribute__((weak_import));
int *address = &own_data;
int main(void) { puts("hello"); return own() + framed() + *address + (optional ? optional() : 0); }
EOT
echo 'int framed(void) { return 2; } int optional(void) { return 3; }' >framed.c
mkdir -p sdk/usr/lib sdk/System/Library/Frameworks/Framed.framework
cp "$here/libSystem.tbd" sdk/usr/lib/

for arch in x86_64 arm64; do
  for minimum in 10.15 13.0; do
    [[ $arch == x86_64 || $minimum != 10.15 ]] || minimum=11.0
    common=(-arch "$arch" -platform_version macos $minimum $minimum -syslibroot sdk -lSystem)
    for file in own main framed; do
      run clang-19 -target "$arch-apple-macos$minimum" -O1 -fno-stack-protector -c "$file.c" -o "$file.o"
    done
    run "$XLD" -dylib own.o -install_name @rpath/libown.dylib -o libown.dylib "${common[@]}"
    run "$XLD" -dylib framed.o -install_name /System/Framed -o sdk/System/Library/Frameworks/Framed.framework/Framed \
      "${common[@]}"
    run "$XLD" main.o -L. -lown -weak_framework Framed -rpath @loader_path -o main "${common[@]}"

    expect_match 'undefined.*external _own .from libown.$' llvm-nm-19 -m main
    expect_match 'external _puts .from libSystem.$' llvm-nm-19 -m main
    expect_match 'external _framed .from .*Framed.$' llvm-nm-19 -m main
    expect_match 'LC_LOAD_WEAK_DYLIB' llvm-objdump-19 --macho --private-headers main
    expect_match 'path @loader_path' llvm-objdump-19 --macho --private-headers main
    expect_match ' _own_data' llvm-objdump-19 --macho --exports-trie libown.dylib
    expect_no_match 'secret' llvm-objdump-19 --macho --exports-trie libown.dylib
    expect_match 'weak external _optional' llvm-nm-19 -m main
    expect_match '_puts' llvm-objdump-19 --macho --indirect-symbols main
    [[ $minimum != 13.0 ]] || expect_match 'LC_DYLD_CHAINED_FIXUPS' llvm-objdump-19 --macho --private-headers main
  done
done

expect_fail 'library not found for -lnowhere' 'sdk/usr/lib' -- main.o -lnowhere -syslibroot sdk -o main2
expect_fail 'framework not found Nowhere' -- main.o -framework Nowhere -syslibroot sdk -o main2
expect_fail 'undefined symbol: _?own' -- main.o -arch arm64 -syslibroot sdk -lSystem -framework Framed -o main2

# Libraries that extensions may not use, and those that pass such ones on.
stub() { printf -- "--- !tapi-tbd\ntbd-version: 4\ntargets: [ x86_64-macos ]\ninstall-name: '/$1'\n$2\n"; }
{ stub outer "reexported-libraries:
  - targets: [ x86_64-macos ]
    libraries: [ '/inner' ]"; stub inner 'flags: [ not_app_extension_safe ]'; echo ...; } >libouter.tbd
run clang-19 -target x86_64-apple-macos11 -x c -c - -o extension.o <<<'int extension;'
expect_match "unsafe dylib: libouter.tbd\(/inner\) is not safe for use in application extensions" \
  "$scratch/bin/ld64.xld" -arch x86_64 -platform_version macos 11.0 11.0 -dylib extension.o -application_extension libouter.tbd -o extension.dylib
