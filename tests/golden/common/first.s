# `shared` is larger in the other file, `defined` is defined there.
        .text
        .globl  _start
_start: lea     shared(%rip), %rax
        lea     defined(%rip), %rax
        ret
        .comm   shared, 4, 4
        .comm   defined, 16, 16
        .comm   only_here, 1, 1

        .section .note.GNU-stack, "", @progbits
