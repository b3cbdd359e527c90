#!/usr/bin/env bash
# .init and .fini are put together from crti.o, the objects and crtn.o in their order.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.section .init,"ax"
	incl	counter(%rip)
	.data
	.globl	counter
counter: .long	0
	.section .note.GNU-stack,"",@progbits
EOF
compile main.c -fno-pie <<<'extern int counter; int main() { return counter; }'
gcc_link -static -no-pie main.o a.o -o program
expect_status 1 ./program
