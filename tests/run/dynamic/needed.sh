#!/usr/bin/env bash
# DT_NEEDED: --as-needed names a library if something that is linked refers to it, however it was mentioned; names are
# sonames, or the file's as it was given.
source "$(dirname "$0")/../lib.sh"

for name in used unused; do
  compile $name.c -fPIC <<<"int $name(void) { return 1; }"
  gcc_link -shared $name.o -o lib$name.so -Wl,-soname,lib$name.so.7
done
gcc_link -shared used.o -o plain.so
compile main.c -fPIE -ffunction-sections <<<'int used(void), unused(void); int main(void) { return used() - 1; }
int dead(void) { return unused(); }'
needed() { readelf -dW "$1" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | tr '\n' ' '; }
ln -sf libused.so libused.so.7
ln -sf libunused.so libunused.so.7

gcc_link main.o -o program -L. -lused -lunused -Wl,-rpath,.
expect_equal "$(needed program)" 'libused.so.7 libunused.so.7 libc.so.6 '
expect_status 0 ./program
gcc_link main.o -o program -L. -Wl,--as-needed -lused -lunused -Wl,-rpath,. -Wl,--gc-sections
expect_equal "$(needed program)" 'libused.so.7 libc.so.6 '
expect_status 0 ./program
gcc_link main.o -o program -L. -Wl,--as-needed -lunused -Wl,--no-as-needed -lused -lunused -Wl,-rpath,. -Wl,--gc-sections
expect_match 'libunused.so.7' readelf -dW program
gcc_link main.o -o program ./plain.so -L. -lunused -Wl,-rpath,. -Wl,--disable-new-dtags
expect_match 'NEEDED.*\[./plain.so\]' readelf -dW program
expect_match 'RPATH.*\[.\]' readelf -dW program
