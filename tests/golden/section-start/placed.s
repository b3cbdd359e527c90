# Code in a section of its own, far from .text, and data.
        .text
        .globl  _start
_start: call    placed
        mov     $60, %eax
        syscall
        .section .placed, "ax", @progbits
        .globl  placed
placed: mov     answer(%rip), %edi
        ret
        .data
        .globl  answer
answer: .long   42

        .section .note.GNU-stack, "", @progbits
