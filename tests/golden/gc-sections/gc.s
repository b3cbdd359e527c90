# A dead cycle, a live chain, a retained section, a named set that code asks for by its start.
        .section .text._start, "ax"
        .globl  _start
_start: call    used
        lea     __start_set(%rip), %rax
        lea     __stop_set(%rip), %rax
        ret

        .section .text.used, "ax"
used:   lea     used_data(%rip), %rax
        ret
        .section .data.used, "aw"
used_data:
        .quad   1

        .section .text.dead_one, "ax"
dead_one:
        call    dead_two
        .section .text.dead_two, "ax"
dead_two:
        call    dead_one

        .section .text.retained, "axR", @progbits
retained:
        ret
        .section set, "aw"
listed: .quad   5

        .section .note.GNU-stack, "", @progbits
