# exit(answer + zero) by the 32-bit system call.
        .text
        .globl  _start
        .type   _start, @function
_start: movl    number, %ebx
        addl    answer, %ebx
        addl    zero, %ebx
        movl    $1, %eax
        int     $0x80
        .size   _start, . - _start

        .section .rodata, "a"
number: .long   2
        .data
        .globl  answer
answer: .long   40
        .bss
zero:   .skip   4

        .section .note.GNU-stack, "", @progbits
