# The same string at another offset.
        .text
        .globl  second
second: lea     again(%rip), %rdi
        lea     .Ltwice(%rip), %rsi
        ret
        .section .rodata.str1.1, "aMS", @progbits, 1
.Ltwice: .asciz "only in the second"
again:  .asciz  "in both files"
.Lthird: .asciz "only in the second"

        .section .note.GNU-stack, "", @progbits
