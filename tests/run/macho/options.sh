#!/usr/bin/env bash
# Options a build may depend on: patterns of exported names, -undefined, -interposable, -init, -stack_size, order files with
# objects and archives, -filelist with a directory, @files, names of sections, debug maps without a prefix.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
here=$(dirname "$(realpath "$0")")
source "$here/../lib.sh"

XLD=$scratch/bin/ld64.xld
cp "$here/libSystem.tbd" .
common=(-arch x86_64 -platform_version macos 11.0 11.0)
object() { run clang-19 -g -target x86_64-apple-macos11 -x c -c - -o "$1"; }
link() { run "$XLD" "${common[@]}" "$@" -o out && run "$XLD_VERIFY" out; }
headers() { run llvm-objdump-19 --macho --private-headers out; }
names() { run llvm-nm-19 -gj out; }
object many.o <<<'int data = 5; int abc(void) { return 1; } int abd(void) { return 2; } int xyz(void) { return abc() + data; }
void setup(void) { data = 6; }'
object main.o <<<'int puts(const char*); int main(void) { return puts("x"); }'
object missing.o <<<'int missing(void); int main(void) { return missing(); }'

link -dylib many.o -exported_symbol '_ab*' -init _setup -current_version 3.2.1
expect_equal "$(names | tr '\n' ' ')" '_abc _abd '
expect_match 'LC_ROUTINES_64' headers
expect_match 'current version 3.2.1' headers
printf '_a?c # a comment\n_[x]yz\n' >list
link -dylib many.o -exported_symbols_list list
expect_equal "$(names | tr '\n' ' ')" '_abc _xyz '
link -dylib many.o -unexported_symbols_list list
expect_equal "$(names | tr '\n' ' ')" '_abd _data _setup '
expect_fail 'cannot use both -exported_symbol' -- "${common[@]}" -dylib many.o -exported_symbols_list list -unexported_symbol _xyz -o out2
link -dylib many.o -interposable  # calls can be redirected; code that knows where its data is stays as it is
expect_match 'symbol stub for: _abc' llvm-objdump-19 --macho -d out

expect_match 'warning: undefined symbol: _?missing' link missing.o -undefined warning
for how in '-undefined warning' '-undefined suppress' '-undefined dynamic_lookup' '-U _missing'; do
  link missing.o $how 2>/dev/null
  expect_match 'external _missing .dynamically looked up' llvm-nm-19 -m out
done
link main.o libSystem.tbd -stack_size 100000
expect_match 'stacksize 1048576' headers

mkdir -p objects && cp main.o many.o objects/
echo main.o >files
link -filelist files,objects libSystem.tbd
echo "-dylib many.o" >response
link @response
link -dylib many.o -rename_section __TEXT __text __CODE __code -segprot __CODE rx rx
expect_match 'sectname __code' headers
link main.o libSystem.tbd -oso_prefix "$PWD/" -t
expect_match "N_OSO.*'main.o'" dsymutil-19 -s out

run llvm-ar-19 --format=darwin rcs libmany.a many.o
first() { run llvm-nm-19 -n out | awk '$2 == "T" && $3 != "__mh_execute_header" { print $3; exit }'; }
for line in 'libmany.a(many.o):_xyz' _xyz x86_64:_xyz; do
  echo "$line" >order
  link -dylib -all_load libmany.a -order_file order
  expect_equal "$(first)" _xyz
done
for line in many.o:_xyz any.o:_xyz arm64:_xyz; do
  echo "$line" >order
  link -dylib -all_load libmany.a -order_file order
  expect_equal "$(first)" _abc
done
expect_fail 'bundle_loader can only be used with MachO bundle output' -- "${common[@]}" many.o -bundle_loader many.o -o out2
# What is linked, in order, and why; options of old systems, and words about them that count wherever -fatal_warnings is.
expect_match '^libSystem\.tbd$' link main.o libSystem.tbd -t
run clang-19 -target x86_64-apple-macos12 -x c -c - -o chain.o <<<'void c(void) {} void b(void) { c(); } int main(void) { b(); return 0; }'
run "$XLD" "${common[@]}" chain.o -dead_strip -why_live _c -o out >why
expect_equal "$(cat why)" "$(printf '_c from chain.o\n  _b from chain.o\n    _main from chain.o')"
expect_match "warning: Option .-single_module' is deprecated" link -dylib many.o -single_module
expect_fail 'bitcode_bundle. is obsolete' -- "${common[@]}" -dylib many.o -bitcode_bundle -fatal_warnings -o out2
expect_match "unknown --icf=OPTION .junk', defaulting to .none'" link -dylib many.o --icf=junk
expect_fail 'cannot open nowhere: No such file' -- "${common[@]}" -filelist nowhere -o out2
expect_fail "unknown argument '---help', did you mean '--help'" -- ---help
expect_match 'compatible with LLD' run "$XLD" -v
run clang-19 -target x86_64-apple-macos12 -x c -c - -o handle.o <<<'char __dso_handle; '
expect_fail 'duplicate symbol: ___dso_handle' 'handle\.o' -- "${common[@]}" -dylib handle.o -o out2
expect_fail 'unknown option: --color-diagnostics=sometimes' -- "${common[@]}" -dylib many.o --color-diagnostics=sometimes -o out2
expect_fail 'must be used with --thinlto-index-only=' -- "${common[@]}" -dylib many.o "--thinlto-prefix-replace=a;b;c" -o out2
expect_fail 'malformed minimum version: 12\.1\.2\.3\.4' -- "${common[@]}" -dylib many.o -platform_version macos 12.1.2.3.4 13.0 -o out2
link -dylib many.o -platform_version macos 12.1.2.3 13.0.1.2
expect_match 'minos 12\.1\.2$' headers
run clang-19 -target x86_64-apple-macos12 -x c -c - -o handle.o <<<'__attribute__((weak)) char __dso_handle; '
link -dylib handle.o
