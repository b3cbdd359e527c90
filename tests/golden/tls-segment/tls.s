# .tdata has alignment 4, .tbss 64; the block's size is no multiple of either.
        .text
        .globl  _start
_start: mov     %fs:initialised@tpoff, %eax
        lea     big@tpoff(%rcx), %rdx
        mov     %fs:last@tpoff, %al
        ret

        .section .tdata, "awT", @progbits
        .balign 4
        .globl  initialised
        .type   initialised, @object
initialised:
        .long   7, 8, 9
        .size   initialised, 12

        .section .tbss, "awT", @nobits
        .balign 64
        .type   big, @object
big:    .skip   64
        .size   big, 64
        .type   last, @object
last:   .skip   1
        .size   last, 1

        .section .note.GNU-stack, "", @progbits
