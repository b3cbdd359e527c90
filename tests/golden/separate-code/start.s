# exit(answer + zero): reads .rodata, .data and .bss, so each segment is needed.
        .text
        .globl  _start
        .type   _start, @function
_start: mov     number(%rip), %edi
        add     answer(%rip), %edi
        add     zero(%rip), %edi
        mov     $60, %eax
        syscall
        .size   _start, . - _start

        .section .rodata, "a"
number: .long   2
        .data
        .globl  answer
answer: .long   40
        .bss
zero:   .skip   4

        .section .note.GNU-stack, "", @progbits
