#!/usr/bin/env bash
# -l searches the -L directories in order, -l:FILE an exact name, -Bstatic only archives, and a library that is not
# found is an error that names it.
source "$(dirname "$0")/../lib.sh"

mkdir one two
compile main.c <<<'int a(void); int main() { return a(); }'
compile one/a.c <<<'int a(void) { return 1; }'
compile two/a.c <<<'int a(void) { return 2; }'
run ar rcs one/liba.a one/a.o
run ar rcs two/liba.a two/a.o
run cp two/a.o two/exact.name
for option in '-Lone -Ltwo' '-L one -L two' '-Wl,--library-path=one,-Ltwo' '-Wl,--library-path,one,-Ltwo'; do
  gcc_link -static main.o $option -la -o program
  expect_status 1 ./program
done
gcc_link -static main.o -Ltwo -Lone -Wl,--library=a -o program
expect_status 2 ./program
gcc_link -static main.o -Lone -Ltwo -l:exact.name -o program
expect_status 2 ./program
printf 'this is not a library' >one/libb.so
compile b.c <<<'int main() { return 3; }'
run ar rcs two/libb.a b.o
gcc_link -Wl,-Bstatic -static -Lone -Ltwo -lb -o program
expect_status 3 ./program
expect_fail 'nowhere' -- main.o -Lone -lnowhere -o program

# With -r there is nothing to be done with a shared library: the archive is what -l means.
mkdir -p both
compile joined.c -fPIC <<<'int joined(void) { return 1; }'
gcc_link -shared joined.o -o both/libjoined.so
ar rcs both/libjoined.a joined.o
link -r -u joined -Lboth -ljoined -o joined_again.o
expect_match ' T joined$' nm joined_again.o
