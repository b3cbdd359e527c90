  .text
  .globl _start
_start:
  push $text
  mov output, %eax
  call say
  mov $start_of, %eax
  call start_of
  jmp leave
  .data
text: .asciz "text"
  .balign 4
where: .long output
function: .long leave
  .bss
  .skip 64
