#!/usr/bin/env bash
# What the output is called and shows: -final_output, the program's header, lists of local symbols, -add_ast_path, -rpath
# given twice; and which libraries it names: -sub_library, clients, those that may be dropped, -needed…, -u with -U.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

XLD=$scratch/bin/ld64.xld
object() { run clang-19 -target x86_64-apple-macos11 -x c -c - -o "$1"; }
common=(-arch x86_64 -platform_version macos 11.0 11.0)
library() { run "$XLD" "${common[@]}" -dylib "$@"; }
program() { run "$XLD" "${common[@]}" main.o "$@" -o out; }
headers() { run llvm-objdump-19 --macho --private-headers "$@"; }
names() { run llvm-nm-19 -m out; }
object one.o <<<'int one(void) { return 0; }'
object two.o <<<'int one(void); int two(void) { return one(); }'
object main.o <<'EOT'
#define APART __attribute__((noinline)) static int
APART kept(int i) { return i; }
APART dropped(int i) { return i; }
int main(void) { return kept(1) + dropped(2); }
EOT

library one.o -final_output /opt/libone.dylib -o libone.dylib
expect_match 'name /opt/libone.dylib' headers libone.dylib
library two.o libone.dylib -sub_library libone -rpath /a -rpath /a -install_name libtwo.dylib -o libtwo.dylib
expect_match 'cmd LC_REEXPORT_DYLIB' headers libtwo.dylib
expect_equal "$(headers libtwo.dylib | grep -c LC_RPATH)" 1

echo _kept >list
program -non_global_symbols_strip_list list
expect_match 'non-external _dropped' names
expect_no_match '_kept' names
program -non_global_symbols_no_strip_list list -add_ast_path module.swiftmodule
expect_match 'non-external _kept' names
expect_no_match '_dropped' names
expect_match 'N_AST.*module.swiftmodule|32 .N_AST' run dsymutil-19 -s out
expect_match 'external .referenced dynamically. __mh_execute_header|external __mh_execute_header|__mh_execute_header' names
expect_match '__mh_execute_header' llvm-objdump-19 --macho --exports-trie out
expect_no_match 'dyld_stub_binder' names

library one.o -mark_dead_strippable_dylib -install_name libdrop.dylib -o libdrop.dylib
program libdrop.dylib
expect_no_match 'libdrop' headers out
program -needed_library libdrop.dylib
expect_match 'name libdrop.dylib' headers out
program -dead_strip_dylibs -needed_library libone.dylib libtwo.dylib
expect_match '/opt/libone.dylib' headers out
expect_no_match 'libtwo' headers out
library one.o -allowable_client friend -install_name libone.dylib -o libclient.dylib
program libclient.dylib -client_name friend
expect_fail 'libclient.dylib: may be linked by its allowed clients only' -- "${common[@]}" main.o libclient.dylib -o out2

program -u _later -U _later
expect_match 'dynamically looked up' names
program libone.dylib -u _one
expect_match 'external _one .from libone' names
expect_fail 'undefined symbol: _?nowhere' -- "${common[@]}" main.o -exported_symbol _nowhere -o out2
echo _one >exported
run llvm-ar-19 --format=darwin rcs libpart.a one.o
library libpart.a -exported_symbols_list exported -o out
expect_match 'external _one$' names
