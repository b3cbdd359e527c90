#!/usr/bin/env bash
# Options that only the loader notices: groups, spare entries, a dynamic section that stays as it is, weak names.
source "$(dirname "$0")/../lib.sh"

compile a.c -fPIC <<<'int f(void) { return 1; } __attribute__((weak)) int maybe(void); int g(void) { return maybe ? maybe() : 0; }'
gcc_link -shared a.o -Wl,-Bgroup -o group.so
expect_match 'FLAGS_1.*GROUP' readelf -dW group.so
compile undefined.c -fPIC <<<'int nowhere(void); int f(void) { return nowhere(); }'
expect_fail nowhere -- -shared -Bgroup undefined.o -o x.so

for spare in 0 3; do gcc_link -shared a.o -Wl,--spare-dynamic-tags=$spare -o spare$spare.so; done
expect_equal $(($(section spare3.so .dynamic size) - $(section spare0.so .dynamic size))) $((3 * 16))

compile main.c -fPIE <<<'int g(void), maybe(void); int maybe(void) { return 5; } int main(void) { return g(); }'
gcc_link main.o -pie a.o -Wl,-z,rodynamic -o program
expect_status 5 ./program
expect_equal "$(section program .dynamic flags)" A
expect_no_match 'DEBUG' readelf -dW program

for option in '' -Wl,-z,dynamic-undefined-weak; do
  gcc_link -shared a.o $option -o weak.so
  expect_match 'WEAK .* UND maybe' readelf --dyn-syms -W weak.so
  gcc_link main.o weak.so -Wl,-rpath,. -o program
  expect_status 5 ./program
done
gcc_link -shared a.o -Wl,-z,nodynamic-undefined-weak -o weak.so
expect_no_match ' maybe$' readelf --dyn-syms -W weak.so
gcc_link main.o weak.so -Wl,-rpath,. -o program
expect_status 0 ./program

for form in relr none; do
  gcc_link -shared a.o -Wl,--pack-dyn-relocs=$form -o packed.so
  [[ $form == none ]] || expect_match 'RELR' readelf -dW packed.so
  [[ $form == relr ]] || expect_no_match 'RELR' readelf -dW packed.so
done

# A program without the name of a loader is still one that uses libraries.
gcc_link main.o weak.so -Wl,--no-dynamic-linker -o program
expect_no_match INTERP readelf -lW program
expect_match 'NEEDED.*libc' readelf -dW program
# Given an address, it is loaded there.
gcc_link -pie main.o weak.so -Wl,-Ttext-segment=0x4000000 -Wl,-rpath,. -o program
expect_match 'Type: *EXEC' readelf -hW program
expect_match 'FLAGS_1.*PIE' readelf -dW program
