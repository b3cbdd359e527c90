# Without a table of significant addresses: whose address is used outside of a branch stays.
        .section .text.start, "ax"
        .globl  _start
_start: call    fold1
        call    fold2@plt
        call    keep1
        call    keep2
        lea     keep1(%rip), %rax
        cmp     pointer(%rip), %rax
        setne   %al
        movzbl  %al, %edi
        xor     $1, %edi
        mov     $60, %eax
        syscall

        .section .text.fold1, "ax"
fold1:  xor     %eax, %eax
        ret
        .section .text.fold2, "ax"
fold2:  xor     %eax, %eax
        ret
        .section .text.keep1, "ax"
keep1:  xor     %ecx, %ecx
        ret
        .section .text.keep2, "ax"
keep2:  xor     %ecx, %ecx
        ret
        .data
pointer: .quad  keep2
        .section .note.GNU-stack, "", @progbits
