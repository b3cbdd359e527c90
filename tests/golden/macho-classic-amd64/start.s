  .globl start
start:
  movq _environ@GOTPCREL(%rip), %rax
  xorl %edi, %edi
  callq _exit
  .data
_name: .quad _puts
_own: .quad _own
  .zerofill __DATA,__bss,_zeros,64,4
.subsections_via_symbols
