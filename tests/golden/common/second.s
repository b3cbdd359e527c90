# The larger `shared`, aligned to 64, and the definition.
        .comm   shared, 100, 64
        .data
        .globl  defined
        .type   defined, @object
        .size   defined, 4
defined:
        .long   1

        .section .note.GNU-stack, "", @progbits
