#!/usr/bin/env bash
# Sections of inputs may be called like the tables that the linker writes: they stay beside those, and tools and the
# loader find the tables. patchelf's test suite has such a library.
# Only xld: GNU ld keeps what is called .shstrtab beside its table, and mixes up the others.
source "$(dirname "$0")/../lib.sh"

compile odd.s -Wa,--no-warn <<'END'
	.globl	answer, in_table
answer:	mov	$42, %eax
	ret
	.section .shstrtab,"a",@progbits
in_table:
	.asciz	"section"
	.section .strtab,"a",@progbits
	.asciz	"symbol"
	.section .dynstr,"a",@progbits
	.asciz	"dynamic"
	.section .note.GNU-stack,"",@progbits
END
compile main.c <<'END'
int answer(void);
int main(void) { return answer() != 42; }
END
gcc_link -shared odd.o -o libodd.so
gcc_link main.o -L. -lodd -Wl,-rpath,"$PWD" -o main
expect_status 0 ./main
readelf -SW libodd.so >sections
for name in shstrtab strtab dynstr; do expect_equal "$(grep -cF " .$name " sections)" 2; done
for text in section symbol dynamic; do expect_match "$text\$" strings -n 6 libodd.so; done
expect_match ' in_table$' readelf --dyn-syms -W libodd.so
expect_match ' in_table$' readelf -sW libodd.so
