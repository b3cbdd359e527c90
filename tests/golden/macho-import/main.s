  .globl _main
_main:
  stp x29, x30, [sp, #-16]!
  adrp x8, _output@GOTPAGE
  ldr x8, [x8, _output@GOTPAGEOFF]
  ldr x0, [x8]
  bl _say
  ldp x29, x30, [sp], #16
  ret
  .data
  .p2align 3
_where: .quad _output
_function: .quad _say
  .zerofill __DATA,__bss,_zeros,64,4
.subsections_via_symbols
