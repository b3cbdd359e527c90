  .text
  .globl _start
_start:
  mov $text, %edi
  mov output(%rip), %rax
  call say
  mov start_of@GOTPCREL(%rip), %rax
  call *%rax
  jmp leave
  .data
text: .asciz "text"
  .balign 8
where: .quad output
function: .quad leave
  .bss
  .skip 64
