#!/usr/bin/env bash
# The thread-local sequences of Sun's assembler on i386, in executables; a shared library cannot have them.
# Only xld: other linkers do not have these relocations.
source "$(dirname "$0")/../lib.sh"

cat >sun.s <<'EOF'
	.macro	sequence kind
	.reloc	.+2, R_386_TLS_\kind\()_32, variable
	.byte	0x8d, 0x93, 0, 0, 0, 0		# lea variable@dtlndx(%ebx), %edx
	.reloc	., R_386_TLS_\kind\()_PUSH, variable
	push	%edx
	.reloc	.+1, R_386_TLS_\kind\()_CALL, variable
	.byte	0xe8, 0, 0, 0, 0		# call variable@TLSPLT
	.reloc	., R_386_TLS_\kind\()_POP, variable
	pop	%edx
	.endm
	.globl	by_pair, by_module
by_pair: push	%ebx
	call	1f
1:	pop	%ebx
	add	$_GLOBAL_OFFSET_TABLE_+(.-1b), %ebx
	sequence GD
	nop
	pop	%ebx
	ret
.ifndef PAIR_ONLY
by_module:
	sequence LDM
	lea	variable@dtpoff(%eax), %eax
	ret
.else
by_module = by_pair	# a library's variable has no place in the program's block
.endif
	.section .note.GNU-stack, "", @progbits
EOF
run clang-19 -m32 -c sun.s -o sun.o  # GNU as does not know the relocations
run clang-19 -m32 -Wa,-defsym,PAIR_ONLY=1 -c sun.s -o pair.o
compile main.c -m32 -fno-pie <<'EOF'
int *by_pair(void), *by_module(void);
extern __thread int variable;
int main(void) { return by_pair() == &variable && by_module() == &variable ? variable : 1; }
EOF
compile variable.c -m32 -fPIC <<<'__thread int before = 1, variable = 7;'
for mode in -static -no-pie; do
  gcc_link -m32 $mode main.o sun.o variable.o -o program
  expect_status 7 ./program
done
gcc_link -m32 -shared variable.o -o libvariable.so
gcc_link -m32 -no-pie main.o pair.o libvariable.so "-Wl,-rpath,\$ORIGIN" -o program
expect_status 7 ./program

# A part without the sequence, and one too many behind it.
printf '.globl _start\n_start: nop\n.reloc ., R_386_TLS_GD_CALL, variable\n.byte 0xe8, 0, 0, 0, 0\n' >alone.s
run clang-19 -m32 -c alone.s -o alone.o
expect_fail 'alone.o:\(.text\+0x1\): .*R_386_TLS_GD_CALL.*does not follow' -- -m elf_i386 alone.o variable.o -o x
sed 's/^by_module:/&\n\t.reloc ., R_386_TLS_LDM_POP, variable\n\tnop/' sun.s >more.s
run clang-19 -m32 -c more.s -o more.o
expect_fail 'more.o:\(.text\+0x[0-9a-f]+\): .*R_386_TLS_LDM_POP.*does not follow' -- -m elf_i386 more.o variable.o -o x
expect_fail "sun.o:\\(.text\\+0xf\\): .*form of Sun's assembler" -- -m elf_i386 -shared sun.o variable.o -o x
