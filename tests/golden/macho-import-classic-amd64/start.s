  .globl start
start:
  movq _output(%rip), %rdi
  movq _other(%rip), %rsi
  callq _say
  callq _leave
  .data
_where: .quad _output
_function: .quad _say
  .zerofill __DATA,__bss,_zeros,64,4
.subsections_via_symbols
