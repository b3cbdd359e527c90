	.section .note.GNU-stack, "", @progbits
.globl by_module
by_module = by_pair
