# Strings through local labels, and through the section symbol.
        .text
        .globl  _start
_start: lea     common(%rip), %rdi
        lea     .Lfirst+2(%rip), %rsi
        ret
        .section .rodata.str1.1, "aMS", @progbits, 1
common: .asciz  "in both files"
.Lfirst: .asciz "only in the first"

        .section .note.GNU-stack, "", @progbits
