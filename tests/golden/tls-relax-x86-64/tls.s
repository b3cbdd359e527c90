# The sequences of the psABI, each followed by its own `nop` so that rewritten lengths can be seen.
        .text
        .globl  _start
_start: .byte   0x66
        leaq    variable@tlsgd(%rip), %rdi
        .word   0x6666
        rex64
        call    __tls_get_addr@PLT
        nop

        .byte   0x66
        leaq    variable@tlsgd(%rip), %rdi
        .byte   0x66
        rex64
        call    *__tls_get_addr@GOTPCREL(%rip)
        nop

        leaq    variable@tlsld(%rip), %rdi
        call    __tls_get_addr@PLT
        leaq    variable@dtpoff(%rax), %rcx
        leaq    other@dtpoff(%rax), %rdx
        nop

        movq    variable@gottpoff(%rip), %rax
        movq    variable@gottpoff(%rip), %r12
        addq    other@gottpoff(%rip), %rax
        addq    other@gottpoff(%rip), %rsp
        addq    other@gottpoff(%rip), %r12
        nop

        leaq    variable@tlsdesc(%rip), %rax
        call    *variable@tlscall(%rax)
        nop

        movl    %fs:other@tpoff, %eax
        ret

        .section .tdata, "awT", @progbits
        .globl  variable, other
        .type   variable, @object
        .type   other, @object
variable:
        .long   1
        .size   variable, 4
other:  .long   2
        .size   other, 4

        .section .note.GNU-stack, "", @progbits
