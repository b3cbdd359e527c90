#!/usr/bin/env bash
# Objects that say themselves what they import (xld/dynimport.h): they survive ld -r, garbage collection and LTO, and
# the records are not in the output. Damaged ones are errors with a place.
# Only xld: other linkers have no such option.
source "$(dirname "$0")/../lib.sh"

include=$lib_directory/../../include
cat >main.text <<'SOURCE'
#include <xld/dynimport.h>
XLD_DYNIMPORT(my_printf, printf, "GLIBC_2.2.5", "libc.so.6");
XLD_DYNIMPORT_POINTER(my_environment, environ, "", "libc.so.6");
XLD_DYNIMPORT_FUNCTION(unwanted, nothing, "", "libunwanted.so");
extern int my_printf(const char *, ...);
extern char ***my_environment;
int main(void) { return my_printf("%d\n", **my_environment != 0) != 2; }
SOURCE
for compiler in gcc clang-19; do
  CC=$compiler compile main.c -O2 -fPIE -ffunction-sections "-I$include" <main.text
  ld.bfd -r main.o -o bfd.o
  ld.lld-19 -r main.o -o lld.o
  link_with "$XLD" -r main.o -o own.o
  for object in main.o bfd.o lld.o own.o; do
    gcc_link -pie -Wl,--gc-sections $object -o main
    expect_output 1 ./main
    expect_no_match 'xld.imports|libunwanted' readelf -aW main
    expect_match 'UND printf@GLIBC_2.2.5' readelf --dyn-syms -W main
  done
done
# Other linkers leave the section out.
gcc -fuse-ld=bfd -shared main.o -o other.so
! has_section other.so .xld.imports || fail "GNU ld has linked the records"

compile lto.c -O2 -fPIE -flto "-I$include" <main.text
gcc_link -flto -pie lto.o -o main
expect_output 1 ./main
# C++, in an archive; the option and the record may say the same.
compile member.cc -O2 -fPIE "-I$include" <<'SOURCE'
#include <xld/dynimport.h>
XLD_DYNIMPORT(my_puts, puts, "", "libc.so.6");
extern "C" int my_puts(const char *);
int greet() { return my_puts("greeting"); }
SOURCE
compile greet.cc -fPIE <<<'int greet(); int main() { return greet() < 0; }'
rm -f libmember.a
ar rcs libmember.a member.o
gxx_link greet.o libmember.a -o greet -Xlinker --dynimport=my_puts=puts,libc.so.6
expect_output greeting ./greet
expect_fail 'imported twice.*by --dynimport=my_puts=putc,libc.so.6 and by .*member.o.*a record that imports' -- \
  -shared greet.o --whole-archive libmember.a --dynimport=my_puts=putc,libc.so.6 -o bad
# Only a wanted one is in the way of -static.
compile static.c "-I$include" <<<'#include <xld/dynimport.h>
XLD_DYNIMPORT(absent, absent, "", "libx.so");
int main(void) { return 0; }'
gcc_link -static static.o -o static
expect_fail 'main.o \(a record that imports my_.* and -static do not go together' -- -static main.o -o bad

bad_record() {
  compile bad.s <<<"  .section .xld.imports,\"e\",@progbits
  $1"
  expect_fail "bad.o: records of imports: the record at offset $2" -- bad.o -shared -o bad
}
bad_record '.ascii "import f,a.so"' '0x0 has no end'
bad_record '.asciz "import f,a.so"; .asciz "export g,b.so"' "0xe begins with 'export'"
bad_record '.asciz "import f"' '0x0: there is no library'
