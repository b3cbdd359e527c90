#!/usr/bin/env bash
# -init_offsets: initialisers as offsets from the header instead of pointers: in order, those of libraries through stubs;
# they are the default with chained fixups, and nothing may refer to the pointers that are gone.
# Only xld: of the proving linkers none has the name ld64.xld.
here=$(dirname "$(realpath "$0")")
source "$here/../lib.sh"

XLD=$scratch/bin/ld64.xld
cp "$here/libSystem.tbd" .
assemble() { run clang-19 -target x86_64-apple-macos10.15 -c "$1.s" -o "$1.o"; }
link() { run "$XLD" -arch x86_64 -platform_version macos "$@" -L. -lSystem -o out && run "$XLD_VERIFY" out; }
printf '%s\n' .text '.globl _main,_one' '_one: ret' '_main: ret' '.section __DATA,__mod_init_func,mod_init_funcs' '.p2align 3' \
  '_pointers: .quad _one' '.quad _puts' .subsections_via_symbols >first.s
printf '%s\n' .text '.globl _two' '_two: ret' '.section __DATA,__mod_init_func,mod_init_funcs' '.p2align 3' '.quad _two' >second.s
assemble first
assemble second
for form in '10.15 10.15 -init_offsets' '13.0 13.0' '13.0 13.0 -dead_strip'; do
  link $form first.o second.o
  expect_match 'S_INIT_FUNC_OFFSETS' llvm-otool-19 -lv out
  expect_no_match '__mod_init_func|_pointers' llvm-otool-19 -lv out
  address_of() { llvm-nm-19 out | awk -v name="$1" '$3 == name { print substr($1, 9) }'; }
  stub=$(llvm-objdump-19 --macho --indirect-symbols out | awk '/__TEXT,__stubs/ { on = 1 } on && /_puts/ { print substr($1, 11); exit }')
  words=$(llvm-objdump-19 -s -j __init_offsets out | awk '/^ [0-9a-f]+ / { print $2, $3, $4 }')
  expected=
  for word in "$(address_of _one)" "$stub" "$(address_of _two)"; do
    expected+="${word:6:2}${word:4:2}${word:2:2}${word:0:2} "
  done
  expect_equal "$words " "$expected"
done
link 13.0 13.0 -no_init_offsets first.o second.o
expect_match '__mod_init_func' llvm-otool-19 -lv out
printf '%s\n' .text '.globl _three' '_three: leaq _table(%rip), %rax' '.section __DATA,__mod_init_func,mod_init_funcs' \
  '_table: .quad _three' .subsections_via_symbols >third.s
assemble third
expect_fail 'third.o:.symbol _three.0x3.: cannot reference _table defined in __mod_init_func' -- \
  -arch x86_64 -platform_version macos 10.15 10.15 -dylib -init_offsets third.o -o out2
