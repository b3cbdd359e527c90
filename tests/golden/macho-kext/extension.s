# Calls the kernel, and has pointers to itself and to the kernel.
.globl _start
_start:
  callq _kernel_function
  movq _kernel_variable@GOTPCREL(%rip), %rax
  retq
.data
.p2align 3
_pointers: .quad _start, _kernel_variable
.subsections_via_symbols
