# The sequences of the i386 TLS ABI; %ebx is the GOT base where one is needed.
        .text
        .globl  _start
_start: leal    variable@tlsgd(,%ebx,1), %eax
        call    ___tls_get_addr@PLT
        nop

        leal    variable@tlsgd(%ebx), %eax
        call    ___tls_get_addr@PLT
        nop
        nop

        leal    variable@tlsldm(%ebx), %eax
        call    ___tls_get_addr@PLT
        leal    variable@dtpoff(%eax), %ecx
        leal    other@dtpoff(%eax), %edx
        nop

        movl    variable@indntpoff, %eax
        movl    variable@indntpoff, %ecx
        addl    other@indntpoff, %edx
        movl    variable@gotntpoff(%ebx), %eax
        addl    other@gotntpoff(%ebx), %ecx
        movl    variable@gottpoff(%ebx), %ecx
        subl    other@gottpoff(%ebx), %eax
        nop

        leal    variable@tlsdesc(%ebx), %eax
        call    *variable@tlscall(%eax)
        nop

        movl    %gs:other@ntpoff, %eax
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
