  .section __TEXT,__text,regular,pure_instructions
  .globl _callee, _shared
  .weak_definition _shared
_callee:
  leaq L_text(%rip), %rdi
  movsd L_half(%rip), %xmm0
  jmp _shared
_shared:
  movl $2, %eax
  retq
  .cstring
L_other: .asciz "second"
L_text: .asciz "text"
  .literal8
  .p2align 3
L_half: .quad 0x3fe0000000000000
  .comm _common, 32, 4
.subsections_via_symbols
