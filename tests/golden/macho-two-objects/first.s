  .section __TEXT,__text,regular,pure_instructions
  .globl _main, _shared
  .weak_definition _shared
_main:
  callq _callee
  movq _common@GOTPCREL(%rip), %rax
  movl $1, (%rax)
  cmpq $0, _callee@GOTPCREL(%rip)
  leaq L_text(%rip), %rdi
  movsd L_half(%rip), %xmm0
  movb $1, _filled+3(%rip)
  callq *_table+8(%rip)
  retq
_shared:
  movl $1, %eax
  retq
  .cstring
L_text: .asciz "text"
  .asciz "first"
  .literal8
  .p2align 3
L_half: .quad 0x3fe0000000000000
  .data
  .p2align 3
  .globl _table
_table:
  .quad _callee
  .quad _shared
  .quad _table + 8
_distance:
  .long _main - _distance
  .comm _common, 8, 3
  .zerofill __DATA, __bss, _filled, 16, 4
.subsections_via_symbols
