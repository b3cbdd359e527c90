#!/usr/bin/env bash
# What scripts among the inputs may say besides INPUT and GROUP: where to search and start, what is wanted, other names.
source "$(dirname "$0")/../lib.sh"

mkdir libraries
compile far.c <<<'int far_one(void) { return 5; }'
ar rcs libraries/libfar.a far.o
compile extra.c <<<'int extra(void) { return 7; }'
ar rcs libextra.a extra.o
compile main.s <<'E2'
	.globl begin
begin:	call far_alias
	mov %eax, %edi
	add $offset, %edi
	call given
	mov $60, %eax
	syscall
	.globl own
own:	ret
	.section .note.GNU-stack,"",@progbits
E2
cat >script <<'E2'
OUTPUT_FORMAT(elf64-x86-64)
OUTPUT_ARCH(i386:x86-64)
SEARCH_DIR(libraries)
ENTRY(begin)
EXTERN(extra)
far_alias = far_one;
offset = 1 + 2;
PROVIDE(given = far_one);
PROVIDE(own = 0);
PROVIDE_HIDDEN(nobody_asks = 1);
INPUT(-lfar libextra.a)
E2
link main.o script -o program
expect_status 8 ./program
expect_match ' T extra$' nm program
expect_match 'FUNC .* far_alias$' readelf -sW program
expect_no_match 'nobody_asks' nm program
[[ $(symbol program far_alias) == $(symbol program far_one) ]] || fail 'the alias is elsewhere'
[[ $(symbol program own) != 0x0000000000000000 ]] || fail 'PROVIDE hides a definition'
link main.o -T script -o program
expect_status 8 ./program
echo 'SECTIONS { .text : { *(.text) } }' >sections
expect_fail 'sections:1:|undefined' -- main.o -T sections -o x
printf '\nINCLUDE nowhere.ld\n' >including
expect_fail 'including:2: cannot find linker script nowhere.ld: No such file' -- main.o including -o x
