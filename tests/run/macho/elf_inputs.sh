#!/usr/bin/env bash
# ELF objects, an archive of them and a Mach-O object in one link; where sections and names go, as other tools see it.
# Only xld: no other linker makes Mach-O of ELF objects.
source "$(dirname "$0")/../lib.sh"

cat >main.c <<'EOF'
extern int from_archive(int), from_macho(int);
extern __thread int of_archive;
__thread int of_main = 3;
static const char *const names[] = {"one", "two"};
const char *volatile name;
int tentative;
__attribute__((weak)) int weak_one(void) { return 1; }
__attribute__((visibility("hidden"))) int hidden_one(void) { return tentative; }
__attribute__((constructor)) static void start(void) { name = names[1]; }
int main(void) { return from_archive(of_main) + from_macho(of_archive) + weak_one() + hidden_one(); }
EOF
echo '__thread int of_archive = 4; int from_archive(int x) { return x + of_archive; }' >member.c
echo 'int from_macho(int x) { return x * 2; }' >macho.c
echo 'int unused(void) { return undefined_if_taken(); } int undefined_if_taken(void);' >unused.c
for file in main unused; do run gcc -O2 -fPIC -fcommon -c -w $file.c; done
# Its relocations are in compact form.
run clang-19 -target x86_64-linux-gnu -O2 -fPIC -Wa,--crel,--allow-experimental-crel -c member.c
expect_match CREL llvm-readelf-19 -S member.o
run clang-19 -target x86_64-apple-macos10.15 -O1 -c macho.c -o macho.o
rm -f libx.a && run ar rcs libx.a unused.o member.o
echo '--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos ]
install-name: /usr/lib/libSystem.B.dylib
exports: [ { targets: [ x86_64-macos ], symbols: [ __tlv_bootstrap, dyld_stub_binder ] } ]
...' >libSystem.tbd
run "$XLD" --target=darwin-amd64 -pie -o program main.o macho.o -L. -lx libSystem.tbd
run "$XLD_VERIFY" program
expect_match '__TEXT,__text\) external _main' llvm-nm-19 -m program
expect_match '__TEXT,__text\) weak external.* _weak_one' llvm-nm-19 -m program
expect_match '__TEXT,__text\) .*private.* _hidden_one' llvm-nm-19 -m program
expect_match '__DATA,__common\) external _tentative' llvm-nm-19 -m program
expect_match '__DATA,__thread_vars\) external _of_archive' llvm-nm-19 -m program
expect_match '_from_macho' llvm-nm-19 -m program
! llvm-nm-19 program | grep _unused >/dev/null || fail 'a member that nobody needs was taken'
expect_match 'sectname __mod_init_func' llvm-objdump-19 --macho --private-headers program
expect_match 'encoding\[[0-9]*\]: 0x0202' llvm-objdump-19 --macho --unwind-info program
# The same in the other dialect, and a Mach-O object first chooses Mach-O.
run "$scratch/bin/ld64.xld" -arch x86_64 -o second main.o macho.o libx.a libSystem.tbd
run "$XLD" -o third macho.o main.o libx.a libSystem.tbd
cmp program second
expect_match '_from_archive' llvm-nm-19 third
