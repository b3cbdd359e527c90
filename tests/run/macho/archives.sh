#!/usr/bin/env bash
# Members of archives: taken when wanted, all with -force_load and -all_load, those with classes with -ObjC; names that
# -hidden-l keeps inside; order files, aliases and sections made of files.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
here=$(dirname "$(realpath "$0")")
source "$here/../lib.sh"

XLD=$scratch/bin/ld64.xld
common=(-arch arm64 -platform_version macos 12.0 12.0)
mkdir sdk sdk/usr sdk/usr/lib && cp "$here/libSystem.tbd" sdk/usr/lib/
object() { run clang-19 -target arm64-apple-macos12 -x "${2:-c}" -c - -o "$1"; }
object used.o <<<'int used(void) { return 1; }'
object unused.o <<<'int unused(void) { return 2; }'
object class.o assembler <<'EOT'
.section __DATA,__objc_classlist
.quad 0
.section __DATA,__objc_imageinfo
.long 0, 64
EOT
object main.o <<<'int used(void); int data = 3; int main(void) { return used() + data; }'
run llvm-ar-19 --format=darwin rcs libx.a used.o unused.o class.o

link() { run "$XLD" main.o "$@" "${common[@]}" -syslibroot sdk -lSystem -o out; }
link -L. -lx
expect_no_match unused llvm-nm-19 out
expect_no_match __objc_classlist llvm-objdump-19 --section-headers out
link -force_load libx.a
expect_match ' T _unused' llvm-nm-19 out
link libx.a -all_load
expect_match ' T _unused' llvm-nm-19 out
link libx.a -ObjC
expect_no_match unused llvm-nm-19 out
expect_match __objc_classlist llvm-objdump-19 --section-headers out
expect_match '__objc_imageinfo +00000008' llvm-objdump-19 --section-headers out
link used.o --start-lib unused.o class.o --end-lib -ObjC
expect_no_match unused llvm-nm-19 out
expect_match __objc_classlist llvm-objdump-19 --section-headers out
run llvm-objcopy-19 --redefine-sym _unused='_OBJC_CLASS_$_Unused' unused.o named.o
run llvm-ar-19 --format=darwin rcs libnamed.a used.o named.o
link libnamed.a -ObjC
expect_match 'T _OBJC_CLASS_..Unused' llvm-nm-19 out
link -L. -hidden-lx
expect_match ' t _used' llvm-nm-19 out
expect_no_match _used llvm-objdump-19 --macho --exports-trie out

printf '_used # first\n_main\n' >order
printf 'content' >content
link libx.a -order_file order -alias _used _other -sectcreate __TEXT __made content
expect_equal "$(llvm-nm-19 -n out | awk '/_used|_main$/ { printf "%s ", $3 }')" '_used _main '
address() { llvm-nm-19 out | awk -v name="$1" '$3 == name { print $1 }'; }
expect_equal "$(address _other)" "$(address _used)"
expect_match 'content' llvm-objdump-19 -s -j __made out
link libx.a -dead_strip -exported_symbol _main
expect_match ' _main' llvm-objdump-19 --macho --exports-trie out
expect_no_match ' _data' llvm-objdump-19 --macho --exports-trie out
