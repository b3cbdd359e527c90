#!/usr/bin/env bash
# From every instruction of the linker's own code an unwinder finds the caller, also before and while a function is
# bound: the program steps through its stubs and looks at its stack after each step.
# Only xld: LLD describes no stubs, and GNU ld has no -z retpolineplt.
source "$(dirname "$0")/../lib.sh"

source_file=$lib_directory/dynamic/stub_frames.c
# try LEAST-STEPS FLAGS…: instructions of stubs in two calls.
try() {
  local least=$1 code=()
  shift
  [[ " $* " != *' -m32 '* ]] || code=(-m32)
  compile step.c -O1 "${code[@]}" "${compiled[@]}" <"$source_file"
  compile library.c -O1 -fPIC "${code[@]}" <<<'void called(void) {}'
  gcc_link "${code[@]}" -shared library.o -o libcalled.so
  gcc_link "$@" step.o libcalled.so -Wl,-rpath,. -o program
  expect_output '' ./program "$least"
}

compiled=(-fno-pie)
try 6 -no-pie                    # jump, push, jump, push, jump; jump
try 2 -no-pie -Wl,-z,now         # a jump each
try 9 -no-pie -Wl,-z,ibtplt      # endbr, jump, endbr, push, jump, push, jump; endbr, jump
try 4 -no-pie -Wl,-z,ibtplt,-z,now
try 15 -no-pie -Wl,-z,retpolineplt
try 6 -m32 -no-pie
try 9 -m32 -no-pie -Wl,-z,ibtplt
try 20 -m32 -no-pie -Wl,-z,retpolineplt
compiled=(-fPIE)
try 6 -m32 -pie
try 6 -pie

# Nothing is described where nothing else is, or where it is not wanted.
gcc_link -pie step.o libcalled.so -Wl,--no-ld-generated-unwind-info -o program
expect_no_match 'def_cfa_expression' readelf -wf program
compile bare.s <<'E2'
	.globl _start
_start:	call called@plt
	.section .note.GNU-stack,"",@progbits
E2
link bare.o libcalled.so -o bare
expect_no_match 'eh_frame' readelf -SW bare
