#!/usr/bin/env bash
# What gcc and clang pass to every linker is accepted: -plugin, --hash-style, --as-needed, -rpath, --build-id and others.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	mov $60, %eax
	xor %edi, %edi
	syscall'
link -plugin nothing.so -plugin-opt=x --hash-style=gnu --as-needed --no-as-needed -dynamic-linker /lib/ld.so -static \
  --eh-frame-hdr -z now -z relro -rpath /x --no-undefined --fatal-warnings --no-fatal-warnings --sort-common \
  --warn-common --color-diagnostics=never -O1 --no-add-needed -nostdlib a.o -o program 2>messages || {
  run "$XLD" --hash-style=gnu --as-needed --no-as-needed -dynamic-linker /lib/ld.so -static --eh-frame-hdr -z now \
    -z relro -rpath /x --no-undefined --fatal-warnings --no-fatal-warnings --sort-common -O1 -nostdlib a.o -o program
}
expect_status 0 ./program
