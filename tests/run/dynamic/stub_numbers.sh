#!/usr/bin/env bash
# The nth stub of .plt, behind its header, belongs to the nth record of .rela.plt, whatever else has stubs: ltrace and
# perf name them so, and take the size of one from the section header.
source "$(dirname "$0")/../lib.sh"

compile library.s <<'END'
	.irp	name, apple, berry, cherry
	.globl	\name
	.type	\name, @function
\name:	ret
	.endr
END
link -shared library.o -o library.so
# The stub of apple, which is the first name, may go through its GOT slot.
compile main.s <<'END'
	.globl	_start
_start:	mov	apple@GOTPCREL(%rip), %rax
	call	apple@PLT
	call	berry@PLT
	call	cherry@PLT
END
link -pie -z lazy --dynamic-linker=/lib64/ld-linux-x86-64.so.2 main.o library.so -o program
expect_equal "$(section program .plt entry)" 16
objdump -d -j .plt program >code
number=0
for name in $(readelf -rW program | awk '/R_X86_64_JUMP_SLO/ { print $5 }'); do
  number=$((number + 1))
  expect_match "^$(printf %016x $(($(section program .plt address) + 16 * number))) <$name@plt>:" cat code
done
((number >= 2)) || fail "only $number functions are bound on their first call"
