  .globl start
start:
  movl _output, %eax
  movl _other, %ecx
  calll _say
  calll _leave
  .data
_where: .long _output
_function: .long _say
  .zerofill __DATA,__bss,_zeros,64,4
.subsections_via_symbols
