# Addresses in writable and in RELRO data, one with an addend; an absolute value that must not be relocated.
        .text
        .globl  _start
_start: lea     table(%rip), %rax
        ret

        .set    absolute, 0x1234
        .globl  absolute
        .section .data.rel.ro, "aw"
        .balign 8
table:  .quad   _start
        .quad   word+4
        .quad   absolute
        .data
        .balign 8
word:   .quad   word
        .weak   nowhere
        .quad   nowhere

        .section .note.GNU-stack, "", @progbits
