#!/usr/bin/env bash
# What GNU and LLVM compilers put into ELF objects and Mach-O has no word for: versions of names, weak names that nobody
# has, marks of gcc, intermediate code. Only xld: no other linker makes Mach-O of ELF objects.
source "$(dirname "$0")/../lib.sh"
loader=$(dirname "$(realpath "$XLD")")/tests/macho_run/macho-run-x86_64

echo '--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos ]
install-name: /usr/lib/libSystem.B.dylib
exports: [ { targets: [ x86_64-macos ], symbols: [ _printf, _puts, dyld_stub_binder ] } ]
...' >libSystem.tbd
link_it() { run "$scratch/bin/ld64.xld" -arch x86_64 -platform_version macos 13.0 13.0 "$@" libSystem.tbd -o out && run "$XLD_VERIFY" out; }

cat >versions.c <<'END'
int old_function(void) { return 1; }
int new_function(void) { return 2; }
__asm__(".symver old_function, function@V1");
__asm__(".symver new_function, function@@V2");
END
cat >main.c <<'END'
#include <stdio.h>
int say(const char *), function(void);
__asm__(".symver say, puts@GLIBC_2.2.5");
extern int missing(int) __attribute__((weak));
extern int missing_data __attribute__((weak));
int main(void) {
  say("said");
  printf("%d %d %d\n", function(), missing ? missing(1) : 3, &missing_data ? missing_data : 4);
  return 0;
}
END
run gcc -O2 -fPIC -fno-plt -fcf-protection=full -c versions.c
for options in '-O2 -fPIC' '-O0 -fPIE' '-O2 -fPIC -fno-plt -fno-asynchronous-unwind-tables'; do
  run gcc $options -c main.c
  link_it main.o versions.o
  expect_output $'said\n2 3 4' "$loader" --host-code ./out
done
run llvm-nm-19 out
expect_match ' T _function$' llvm-nm-19 out
expect_match ' t _function@V1$' llvm-nm-19 out

refused() { # refused PATTERN OPTION…: of a program with a nested function
  echo 'int apply(int (*)(int)); int main(void) { int k = 5; int add(int x) { return x + k; } return apply(add); }' >case.c
  run "${@:2}" -O1 -fPIC -c case.c -o case.o
  expect_fail "$1" -- --target=darwin-amd64 -undefined dynamic_lookup case.o -o case
}
XLD=$scratch/bin/ld64.xld
refused 'case\.o: section \.note\.GNU-stack: .*-allow_stack_execute' gcc
refused 'case\.o: section \.note\.GNU-split-stack: .*-fno-split-stack' gcc -fsplit-stack
refused 'case\.o: .*intermediate code .*-ffat-lto-objects' gcc -flto
link_it -allow_stack_execute -undefined dynamic_lookup versions.o main.o
echo 'int main(void) { return 3; }' >bitcode.c
run clang-19 -target x86_64-linux-gnu -flto -c bitcode.c
expect_fail 'intermediate code .*another object format.*-flto.*-target' -- -arch x86_64 -platform_version macos 13.0 13.0 \
  bitcode.o libSystem.tbd -o bitcode
