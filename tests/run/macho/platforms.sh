#!/usr/bin/env bash
# Other platforms than macOS by name, by number and by -…_version_min; one output for macOS and Mac Catalyst; which of
# them are signed, chained, and can be encrypted.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

XLD=$scratch/bin/ld64.xld
object() { run clang-19 -target "$1" -x c -c - -o main.o <<<'int main(void) { return 0; } int *pointer = (int *)&main;'; }
link_for() { run "$XLD" main.o "$@" -o out && run llvm-objdump-19 --macho --private-headers out >headers; }
object arm64-apple-ios15
link_for -arch arm64 -platform_version ios 15.0 16.0
expect_match 'platform ios' cat headers
expect_match 'minos 15.0' cat headers
expect_match 'LC_DYLD_CHAINED_FIXUPS' cat headers
expect_no_match 'LC_CODE_SIGNATURE' cat headers
expect_match 'LC_ENCRYPTION_INFO_64' cat headers
expect_match 'cryptoff 16384' cat headers
link_for -arch arm64 -platform_version 2 15.0 16.0 -no_encryption
expect_match 'platform ios' cat headers
expect_no_match 'LC_ENCRYPTION' cat headers
link_for -arch arm64 -ios_version_min 11.0
expect_match 'LC_VERSION_MIN_IPHONEOS' cat headers
expect_match 'version 11.0' cat headers
object arm64-apple-ios15-simulator
link_for -arch arm64 -platform_version ios-simulator 15.0 15.0
expect_match 'platform iossim' cat headers
expect_match 'LC_CODE_SIGNATURE' cat headers
link_for  # as the object says
expect_match 'platform iossim' cat headers
object x86_64-apple-macos12
link_for -arch x86_64 -platform_version macos 12.0 12.0 -platform_version 'mac catalyst' 15.0 15.0
expect_match 'platform macos' cat headers
expect_match 'platform (macCatalyst|maccatalyst|6)' cat headers
run "$XLD_VERIFY" out
# A library for both has two versions, of which one is asked about.
run "$XLD" -dylib main.o -platform_version macos 11.0 12.0 -platform_version 'mac catalyst' 14.0 15.0 -o libboth.dylib
echo 'int zero;' | run clang-19 -target x86_64-apple-macos12 -x c -c - -o zero.o
run "$XLD" -dylib zero.o libboth.dylib -platform_version macos 12.0 12.0 -fatal_warnings -o out
# Where no version is so old, programs need no start code of their own.
object x86_64-apple-ios13.1-macabi
link_for -arch x86_64 -platform_version 'mac catalyst' 1.2 15.0
expect_match LC_MAIN cat headers

printf '%s\n' '--- !tapi-tbd' 'tbd-version: 4' 'targets: [ x86_64-macos, arm64-ios ]' 'install-name: /usr/lib/libphone.dylib' \
  'exports:' '  - targets: [ arm64-ios ]' '    symbols: [ _phone ]' ... >libphone.tbd
run clang-19 -target arm64-apple-ios15 -x c -c - -o main.o <<<'int phone(void); int main(void) { return phone(); }'
link_for -arch arm64 -platform_version ios 15.0 15.0 -L. -lphone
expect_match 'libphone.dylib' cat headers
expect_fail 'is incompatible with arm64 \(macOS\)' -- -arch arm64 -platform_version macos 13.0 13.0 main.o -L. -lphone -o out2
expect_fail 'malformed platform: palmos' -- -arch arm64 -platform_version palmos 1.0 1.0 main.o -o out2

# Objects of several platforms: their order does not matter.
for system in macos12 ios15; do
  run clang-19 -target x86_64-apple-$system -x c -c - -o $system.o <<<"int of_$system;"
done
for order in 'macos12.o ios15.o' 'ios15.o macos12.o'; do
  run "$XLD" -arch x86_64 -dylib $order -o out && run llvm-objdump-19 --macho --private-headers out >headers
  expect_match 'platform macos' cat headers
done
