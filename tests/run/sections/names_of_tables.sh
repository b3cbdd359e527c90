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

# So do words of inputs in sections that are called like those of slots; the slots are found behind them.
cat >words.s <<'END'
	.section .got,"aw",@progbits
	.long	0x1111, 0, 0x2222, 0, 0x3333, 0
	.section .got.plt,"aw",@progbits
	.long	0x4444, 0
	.section .note.GNU-stack,"",@progbits
END
cat >program.c <<'END'
#include <stdio.h>
#include <stdlib.h>
extern char** environ;
int main(void) { return puts("printed") < 0 || environ == 0 || abs(-3) != 3; }
END
for bits in 64 32; do
  for form in '-fPIC -pie -Wl,-z,lazy' '-fPIC -pie -Wl,-z,now,-z,pack-relative-relocs' '-fno-pie -no-pie' '-static'; do
    gcc -m$bits ${form%% -*} -O1 -c words.s program.c
    gcc_link -m$bits $form -Wl,--no-relax words.o program.o -o program
    expect_equal "$(./program)" printed
  done
done
