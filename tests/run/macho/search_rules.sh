#!/usr/bin/env bash
# Where files are looked for: -syslibroot given twice, absolute paths below it, -lNAME.o, variants of frameworks, -Z, -v;
# libraries that others pass on by @rpath, @loader_path and @executable_path; files for another CPU are passed over.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

XLD=$scratch/bin/ld64.xld
object() { run clang-19 -target "${2:-x86_64}-apple-macos11" -x c -c - -o "$1"; }
common=(-arch x86_64 -platform_version macos 11.0 11.0)
library() { run "$XLD" "${common[@]}" -dylib "$@"; }
users() { run llvm-objdump-19 --macho --dylibs-used "$1"; }
for name in one two three four; do object $name.o <<<"int $name(void) { return 0; }"; done
object main.o <<<'int one(void), two(void); int main(void) { return one() + two(); }'

mkdir -p a/usr/lib b/opt/lib b/System/Library/Frameworks/Two.framework
library one.o -install_name /usr/lib/libone.dylib -o a/usr/lib/libone.dylib
library two.o -install_name /System/Two -o b/System/Library/Frameworks/Two.framework/Two
library two.o -install_name /System/Two_debug -o b/System/Library/Frameworks/Two.framework/Two_debug
run "$XLD" "${common[@]}" main.o -syslibroot a -syslibroot b -lone -framework Two -o out
expect_match '/usr/lib/libone.dylib' users out
expect_match '/System/Two ' users out
run "$XLD" "${common[@]}" main.o -syslibroot a -syslibroot b /usr/lib/libone.dylib -framework Two,_debug -o out
expect_match '/System/Two_debug ' users out
run llvm-ar-19 --format=darwin rcs b/opt/lib/libtwo.a two.o
run "$XLD" "${common[@]}" main.o one.o -syslibroot a -syslibroot b -L/opt/lib -ltwo -o out
expect_match 'b/opt/lib' "$XLD" -v -L/opt/lib -syslibroot a -syslibroot b
expect_match '^Library search paths:' "$XLD" -v
expect_fail 'library not found for -lone' -- "${common[@]}" main.o two.o -Z -syslibroot a -lone -o out2
mkdir objects && cp two.o objects
run "$XLD" "${common[@]}" main.o one.o -Lobjects -ltwo.o -o out

# @rpath from the library's own LC_RPATH, and what stands beside the program to be.
mkdir -p deep/er bin
library one.o -install_name @rpath/libone.dylib -o deep/er/libone.dylib
library three.o -reexport_library deep/er/libone.dylib -rpath @loader_path/er -install_name libthree.dylib -o deep/libthree.dylib
library two.o -install_name @executable_path/libtwo.dylib -o bin/libtwo.dylib
library four.o -reexport_library bin/libtwo.dylib -install_name libfour.dylib -o libfour.dylib
run "$XLD" "${common[@]}" main.o deep/libthree.dylib libfour.dylib -o bin/program
expect_match 'libthree.dylib' users bin/program
run "$XLD" "${common[@]}" main.o deep/libthree.dylib libfour.dylib -executable_path bin/program -o out

# Members, parts and libraries for another CPU.
object arm.o arm64 <<<'int two(void) { return 0; }'
run llvm-ar-19 --format=darwin rcs arm.a arm.o
expect_match 'arm.a has architecture arm64 which is incompatible with target architecture x86_64' run "$XLD" "${common[@]}" main.o one.o arm.a two.o -all_load -o out
run llvm-lipo-19 -create arm.o -output fat.o
expect_match 'fat.o: ignoring file because it is universal \(.*\) but does not contain the x86_64 architecture' run "$XLD" "${common[@]}" main.o one.o fat.o two.o -o out
expect_match 'arm.o has architecture arm64.*it is passed over' run "$XLD" "${common[@]}" main.o one.o arm.o two.o -o out
expect_fail 'arm.o has architecture arm64' -- "${common[@]}" main.o one.o arm.o two.o -arch_errors_fatal -o out2
# Code for newer processors only is another architecture, which a universal file may have beside the one for all.
object newer.o x86_64h <<<'int two(void) { return 7; }'
run llvm-lipo-19 -create newer.o two.o -output both.o
run "$XLD" "${common[@]}" main.o one.o both.o -o out
run "$XLD" "${common[@]}" main.o one.o two.o -o out2
cmp out out2
expect_match 'newer.o has architecture x86_64h which is incompatible with target architecture x86_64' run "$XLD" "${common[@]}" main.o one.o newer.o two.o -o out
for cpu in x86_64h arm64e arm64_32; do
  expect_fail "missing or unsupported -arch $cpu; .*(compile for|Apple's linker)" -- -arch $cpu main.o -o out3
done
# A string at the end of its section that goes on in the next file's.
printf '.cstring\n.asciz "foo"\n.ascii "oh no"\n' | run clang-19 -target x86_64-apple-macos12 -c -x assembler - -o open.o
expect_fail 'open\.o:\(__cstring\+0x4\): string is not null terminated' -- "${common[@]}" main.o one.o two.o open.o -o out3
