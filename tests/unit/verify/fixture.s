# One of everything xld-verify has a rule about: code with unwind records, data that need relocations, a COMDAT group,
# thread-local data, an indirect function, constructors, strings, notes. Linked by tests/CMakeLists.txt in several ways.
        .section .text.grouped, "axG", @progbits, grouped, comdat
        .weak   grouped
        .type   grouped, @function
grouped:
        ret
        .size   grouped, . - grouped

        .text
        .globl  _start
        .type   _start, @function
_start:
        .cfi_startproc
        call    indirect@plt
        call    grouped@plt
        ret
        .cfi_endproc
        .size   _start, . - _start

        .globl  helper
        .type   helper, @function
helper:
        .cfi_startproc
        ret
        .cfi_endproc
        .size   helper, . - helper

        .type   resolver, @function
resolver:
        lea     helper_alias(%rip), %rax
        ret
        .size   resolver, . - resolver
        .set    helper_alias, helper
        .hidden helper_alias

        .globl  indirect
        .type   indirect, @gnu_indirect_function
        .set    indirect, resolver

        .section .rodata.str1.1, "aMS", @progbits, 1
text:   .asciz  "a string"

        .section .init_array, "aw", @init_array
        .quad   resolver

        .section .tdata, "awT", @progbits
        .globl  thread_word
        .type   thread_word, @object
        .balign 8
thread_word:
        .quad   1
        .size   thread_word, 8

        .section .tbss, "awT", @nobits
        .balign 16
        .skip   16

        .data
        .balign 8
pointers:
        .quad   text
        .quad   pointers
        .quad   resolver
        .size   pointers, 24
        .type   pointers, @object

        .bss
        .globl  zeroes
        .type   zeroes, @object
zeroes: .skip   32
        .size   zeroes, 32

        .section .note.GNU-stack, "", @progbits
