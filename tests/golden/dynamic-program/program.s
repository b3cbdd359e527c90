# Calls, the address of a function without the loader's help, and a variable of the library.
.globl _start
_start:
  call function@PLT
  mov $taken, %eax
  mov variable(%rip), %rax
  call *function@GOTPCREL(%rip)
  ret
.data
.balign 8
  .quad function
.section .note.GNU-stack,"",@progbits
