#!/usr/bin/env bash
# SEARCH_DIR of a script counts for the libraries named behind it; archives alone say what the output is for.
source "$(dirname "$0")/../lib.sh"

mkdir -p deep/inside
compile a.s <<<'.globl _start
_start: mov $60, %eax
xor %edi, %edi
syscall'
ar rcs deep/inside/libstart.a a.o
echo 'SEARCH_DIR("deep/inside")' >script
link -T script -lstart -u _start -o program
expect_status 0 ./program
expect_fail '(unable to|cannot) find.*-lstart' -- -lstart -u _start -o program

# Scripts may come through a pipe.
echo '{ global: exported; local: *; };' >versions
compile b.s <<<'.globl exported, kept
exported: ret
kept: ret'
bash -c "'$XLD' -shared b.o --version-script=<(cat versions) -o b.so"
expect_match exported readelf --dyn-syms -W b.so
expect_no_match kept readelf --dyn-syms -W b.so

# -T looks for its file where -l does, if it is not there.
echo 'INPUT(deep/inside/libstart.a) ENTRY(_start) EXTERN(_start)' >deep/only-there.t
link -L deep -T only-there.t -o program
expect_status 0 ./program
expect_fail 'cannot (open|find).* nowhere.t' -- -L deep -T nowhere.t -o program
