#!/usr/bin/env bash
# Versions that contradict each other, and --default-symver with a script that has none.
# Only xld: GNU ld 2.40 takes a definition that says it is local, the other linkers of 2023 take one name twice.
source "$(dirname "$0")/../lib.sh"

echo 'VERS_1.1 { foo; }; VERS_1.2 { foo; } VERS_1.1;' >map
compile twice.c -fPIC <<'E2'
__asm__(".symver foo1,foo@VERS_1.2");
__asm__(".symver foo2,foo@@VERS_1.2");
void foo1(void) {}
void foo2(void) {}
E2
expect_fail '(duplicate symbol|multiple definition).*foo' -- -shared twice.o --version-script=map -o x.so

# For programs linked before there were versions: others do not see it.
compile old.c -fPIC <<'E2'
__asm__(".symver foo1,foo@");
__asm__(".symver foo2,foo@@VERS_1.2");
int foo1(void) { return 1; }
int foo2(void) { return 2; }
E2
compile main.c <<<'int foo(void); int main(void) { return foo(); }'
gcc_link -shared old.o -Wl,--version-script=map -o old.so
expect_match '\(Base\) +foo' objdump -T old.so
gcc_link main.o old.so -Wl,-rpath,. -o program
expect_status 2 ./program

compile foo.c -fPIC <<<'int foo(void) { return 3; } int hidden(void) { return 4; }'
echo '{ global: foo; local: *; };' >anonymous
gcc_link -shared foo.o -Wl,--default-symver -Wl,--version-script=anonymous -o default.so
expect_match ' foo@@default.so$' readelf --dyn-syms -W default.so
expect_no_match ' hidden' readelf --dyn-syms -W default.so

# A definition that says it is local is no definition for anybody.
echo 'V { bar; };' >other
gcc_link -shared foo.o -Wl,--version-script=other -o broken.so
index=$(readelf --dyn-syms -W broken.so | awk '$8 == "foo" { sub(":", "", $1); print $1 }')
printf '\0\0' | dd of=broken.so bs=1 seek=$(($(section broken.so .gnu.version offset) + 2 * index)) conv=notrunc status=none
expect_fail 'foo' -- main.o broken.so -e main -o x
