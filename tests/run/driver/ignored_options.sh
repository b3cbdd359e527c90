#!/usr/bin/env bash
# What gcc and clang pass to every linker is accepted, though much of it means nothing to a static link.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	mov $60, %eax
	xor %edi, %edi
	syscall'
link --hash-style=gnu --as-needed --no-as-needed -static --eh-frame-hdr -z now -z relro \
  -rpath /x --no-undefined --fatal-warnings --no-fatal-warnings --sort-common -O1 -nostdlib -z text -z nocopyreloc \
  --no-copy-dt-needed-entries -Bdynamic -Bstatic --enable-new-dtags --warn-common -z noexecstack \
  a.o -o program
expect_status 0 ./program
