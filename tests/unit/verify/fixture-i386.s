# The 32-bit sibling of fixture.s: REL relocations, ELF32 headers and tables.
        .text
        .globl  _start
        .type   _start, @function
_start:
        .cfi_startproc
        ret
        .cfi_endproc
        .size   _start, . - _start

        .section .init_array, "aw", @init_array
        .long   _start

        .section .tdata, "awT", @progbits
        .long   1

        .data
pointers:
        .long   pointers
        .long   _start

        .section .note.GNU-stack, "", @progbits
