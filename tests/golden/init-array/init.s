# Written in an order that is not the one wanted.
        .text
        .globl  _start
_start: ret
plain:  ret
third:  ret
first:  ret
second: ret
old:    ret

        .section .init_array, "aw", @init_array
        .quad   plain
        .section .init_array.00300, "aw", @init_array
        .quad   third
        .section .init_array.00100, "aw", @init_array
        .quad   first
        .section .init_array.00200, "aw", @init_array
        .quad   second

# Priority 65535 - 65385 = 150: between first and second.
        .section .ctors.65385, "aw", @progbits
        .quad   old

        .section .rodata, "a"
        .quad   __init_array_start
        .quad   __init_array_end

        .section .note.GNU-stack, "", @progbits
