#!/usr/bin/env bash
# --dynimport of variables: the local name is a word between data and bss that the loader fills with the address.
# Whether a name is called or read is found out from its relocations, or said.
# Only xld: other linkers have no such option.
source "$(dirname "$0")/../lib.sh"

cat >main.text <<'SOURCE'
#include <stddef.h>
extern void **output;  // the address of the library's `stdout`
extern int print(void *, const char *, ...);
void ***where = &output;
int zeros[100], data = 5;
int main(void) {
  int is_between = (char *)where > (char *)&data && (char *)where < (char *)zeros;
  return print(*output, "%d %d\n", *where == output, is_between) != 4;
}
SOURCE
for mode in "gcc -fno-pie -no-pie" "gcc -fPIE -pie" "gcc -fPIC -pie" "gcc -fno-pie -no-pie -m32" "clang-19 -fPIE -pie"; do
  read -r compiler model option <<<"$mode"
  CC=$compiler compile main.c -O1 $model $([[ $mode != *-m32 ]] || echo -m32) <main.text
  gcc_link $option main.o -o main -Xlinker --dynimport=output=stdout,libc.so.6 \
    -Xlinker --dynimport-function=print=fprintf,libc.so.6
  expect_output "1 1" ./main
  expect_match 'GLOB_DAT.* stdout' readelf -rW main
  expect_equal "$(section main .dynptr flags)" WA
  expect_match 'OBJECT .* output$' readelf -sW main
  (($(symbol main output) == $(section main .dynptr address))) || fail "output is not the word in .dynptr"
  (($(section main .data address) < $(section main .dynptr address) &&
    $(section main .dynptr address) < $(section main .bss address))) || fail ".dynptr is not between data and bss"
done

# Only the address is taken: a function unless it is said, and the linker says so.
compile address.c -fPIC <<<'extern char thing[]; char *look(void) { return thing; }'
expect_match 'nothing calls thing.*--dynimport-pointer' link -shared address.o -o a.so --dynimport thing,libx.so
expect_no_match 'warning' link -shared address.o -o b.so --dynimport-pointer thing,libx.so
expect_match 'GLOB_DAT.* thing' readelf -rW b.so
has_section b.so .dynptr || fail "no pointer"
expect_no_match 'warning' link -shared address.o -o c.so --dynimport-function thing,libx.so
! has_section c.so .dynptr || fail "a function has a pointer"

# The use of the address does not follow its load directly.
compile late.c -O2 -fPIC <<<'extern void **output; extern int print(void *, const char *, ...);
int f(int a, int b) { return print(*output, "%d %d\n", a * b, a + b); }'
expect_no_match warning link -shared late.o -o late.so --dynimport output=stdout,libc.so.6 \
  --dynimport print=fprintf,libc.so.6
has_section late.so .dynptr || fail "no pointer"

# Called and read.
compile twice.s <<'SOURCE'
  .text
  call thing
  mov thing(%rip), %rax
SOURCE
expect_fail 'twice.o:.* calls thing, and twice.o:.* reads it' -- -shared twice.o -o e.so --dynimport thing,libx.so

compile thread.c -fPIC <<<'extern __thread int thing; int use(void) { return thing; }'
for form in '' -function -pointer; do
  expect_fail 'thread.o:.* takes thing for a thread-local' -- -shared thread.o -o f.so --dynimport$form thing,libx.so
done

# Two pointers to one thing, a pointer and a function of one name of the library, one nobody wants, a weak one that is
# not there.
compile many.c -fPIE -O1 <<'SOURCE'
extern void *one, *two;
extern int call(const char *);
extern void *absent __attribute__((weak));
int main(void) { return !(one == two && one && !absent && call("x") > 0); }
SOURCE
gcc_link -pie many.o -o many -Xlinker --dynimport=one=puts,libc.so.6 -Xlinker --dynimport=two=puts,libc.so.6 \
  -Xlinker --dynimport=call=puts,libc.so.6 -Xlinker --dynimport=unwanted,libnowhere.so \
  -Xlinker --dynimport=absent=no_such_name,libc.so.6
expect_output x ./many
expect_no_match 'unwanted|nowhere' readelf -aW many
