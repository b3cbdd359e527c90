#!/usr/bin/env bash
# Imports that contradict something: messages name both sides. Imports nobody refers to leave no trace. What is missing
# at run time is the loader's to report.
# Only xld: other linkers have no such option.
source "$(dirname "$0")/../lib.sh"

compile start.s <<'SOURCE'
  .include "exit.inc"
  .globl _start, own
_start:
  exit $0
own:
  ret
  .section .note.GNU-stack
SOURCE
compile user.s <<'SOURCE'
  .globl use
use:
  jmp imported
  .section .note.GNU-stack
SOURCE
import=(--dynimport imported=remote,libx.so)
expect_fail '--dynimport=imported=remote,libx.so and -static do not go' -- -static start.o user.o "${import[@]}" -o a
expect_fail '--dynimport=imported=remote,libx.so and -d do not go' -- -d start.o user.o "${import[@]}" -o a
expect_fail 'and --no-dynamic-linker do not go' -- --no-dynamic-linker start.o user.o "${import[@]}" -o a
expect_fail 'and -r do not go' -- -r start.o user.o "${import[@]}" -o a
expect_fail 'and --target do not go' -- --target=none-amd64 start.o user.o "${import[@]}" -o a
expect_fail 'and --image do not go' -- --target=none-amd64 --image=elf --nostdrt start.o user.o "${import[@]}" -o a
expect_fail 'user.o:.* calls imported, which is to be a pointer' -- start.o user.o --dynimport-pointer imported,libx.so -o a
expect_fail 'duplicate symbol: own: it is imported by --dynimport=own,libx.so and defined in start.o' -- \
  start.o --dynimport own,libx.so -o a
expect_fail 'imported is imported twice.*by --dynimport=imported,a.so and by --dynimport=imported,b.so' -- \
  start.o --dynimport imported,a.so --dynimport imported,b.so -o a
expect_fail 'imported twice.*@V1,a.so and by --dynimport=imported@V2,a.so' -- \
  start.o --dynimport imported@V1,a.so --dynimport imported@V2,a.so -o a
expect_fail 'imported twice.*--dynimport-pointer' -- \
  start.o --dynimport-function imported,a.so --dynimport-pointer imported,a.so -o a
expect_fail 'no library.*-Xlinker' -- start.o --dynimport imported -o a
expect_fail 'library is empty' -- start.o --dynimport imported, -o a
expect_fail 'no name to import' -- start.o --dynimport =remote,libx.so -o a

# Nobody refers to it: a static program stays one.
link start.o "${import[@]}" -o plain
expect_output '' ./plain
expect_no_match 'libx|imported|remote|INTERP|DYNAMIC' readelf -aW plain
# It is the same twice, with and without the form; -u refers to it.
link start.o --dynimport imported,libx.so --dynimport-function imported,libx.so -u imported -o wanted
expect_match 'NEEDED.*libx.so' readelf -dW wanted
expect_match 'interpreter: /lib64/ld-linux-x86-64.so.2' readelf -lW wanted
expect_match 'FUNC .* UND imported$' readelf --dyn-syms -W wanted
# A static program that wants it is started by the loader of its system.
for row in linux-amd64:/lib64/ld-linux-x86-64.so.2 freebsd-amd64:/libexec/ld-elf.so.1 netbsd-amd64:/usr/libexec/ld.elf_so \
  openbsd-amd64:/usr/libexec/ld.so dragonfly-amd64:/usr/libexec/ld-elf.so.2; do
  link --target=${row%%:*} start.o user.o "${import[@]}" -o system
  expect_match "interpreter: ${row#*:}\]" readelf -lW system
done

# Weak and common definitions give way; names of libraries are as they are given.
compile weak.c -fcommon <<<'int imported(void) __attribute__((weak)); int imported(void) { return 1; } int (*own_pointer);'
link start.o user.o weak.o --dynimport imported,"/opt/a,b/l=x@1.so" --dynimport-pointer own_pointer=p,libp.so \
  -u own_pointer -o paths
expect_match 'NEEDED.*\[/opt/a,b/l=x@1.so\]' readelf -dW paths
expect_match 'GLOB_DAT.* p ' readelf -rW paths
# A library that is there and offers the name gives way, too, and so does an archive.
compile offer.c -fPIC <<<'int imported(void) { return 7; }'
link -shared -soname liboffer.so offer.o -o liboffer.so
ar rcs liboffer.a offer.o
for offer in liboffer.so liboffer.a; do
  link start.o user.o $offer --as-needed $offer "${import[@]}" -o offered
  expect_match 'UND remote$' readelf --dyn-syms -W offered
done

compile main.c -fPIE <<<'extern int imported(void); int main(void) { return imported(); }'
gcc_link main.o -o main -Xlinker --dynimport=imported,libnowhere.so
expect_status 127 ./main
grep -q 'libnowhere.so: cannot open shared object file' "$scratch/messages" || fail "$(cat "$scratch/messages")"
gcc_link main.o -o main -Xlinker --dynimport=imported=puts@GLIBC_9.9,libc.so.6
expect_status 1 ./main
grep -q "version .GLIBC_9.9' not found" "$scratch/messages" || fail "$(cat "$scratch/messages")"
gcc_link main.o -o main -Wl,-z,now -Xlinker --dynimport=imported=no_such_function,libc.so.6
expect_status 127 ./main
grep -q 'undefined symbol: no_such_function' "$scratch/messages" || fail "$(cat "$scratch/messages")"
