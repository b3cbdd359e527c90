#!/usr/bin/env bash
# Libraries that objects ask for (LC_LINKER_OPTION): found, used and named to the loader if something uses them; missing
# ones matter only if a name is missing.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
here=$(dirname "$(realpath "$0")")
source "$here/../lib.sh"

XLD=$scratch/bin/ld64.xld
common=(-arch x86_64 -platform_version macos 11.0 11.0 -L. -F.)
mkdir sdk sdk/usr sdk/usr/lib && cp "$here/libSystem.tbd" sdk/usr/lib/
object() { run clang-19 -target x86_64-apple-macos11 -x assembler -c - -o "$1"; }
object main.o <<'EOT'
.linker_option "-lx"
.linker_option "-framework", "Kit"
.linker_option "-lmissing"
.globl _main
_main: call _from_archive
 call _from_kit
 ret
EOT
object member.o <<'EOT'
.linker_option "-ly"
.globl _from_archive
_from_archive: jmp _from_later
EOT
object later.o <<<$'.globl _from_later\n_from_later: ret'
run llvm-ar-19 --format=darwin rcs libx.a member.o
run llvm-ar-19 --format=darwin rcs liby.a later.o
mkdir Kit.framework
cat >Kit.framework/Kit.tbd <<'EOT'
--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos ]
install-name: '/Kit'
exports:
  - targets: [ x86_64-macos ]
    symbols: [ _from_kit ]
...
EOT

link() { run "$XLD" "$@" "${common[@]}" -syslibroot sdk -lSystem -o out; }
link main.o 2>messages
expect_equal "$(<messages)" ""
expect_match ' T _from_later' llvm-nm-19 out
expect_match '/Kit' llvm-objdump-19 --macho --dylibs-used out
expect_fail 'undefined symbol: _from_kit' -- main.o "${common[@]}" -ignore_auto_link -o out2
expect_fail 'undefined symbol: _from_kit' -- main.o "${common[@]}" --ignore-auto-link-option=Kit -o out2
object lacking.o <<<$'.linker_option "-lmissing"\n.globl _main\n_main: jmp _nowhere'
expect_fail 'asks for -lmissing, which is in no search path' 'undefined symbol: _nowhere' -- lacking.o "${common[@]}" -o out2
object odd.o <<<$'.linker_option "-odd"\n.globl _main\n_main: ret'
link odd.o 2>messages
expect_match 'asks for the linker option -odd' cat messages
