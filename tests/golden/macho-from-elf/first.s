# What compilers for ELF make of C and C++.
 .text
 .globl main
 .type main, @function
main:
 .cfi_startproc
 pushq %rbp
 .cfi_def_cfa_offset 16
 .cfi_offset 6, -16
 movq other@GOTPCREL(%rip), %rax
 movl counter(%rip), %ecx
 leaq .Lstring(%rip), %rdi
 call from_macho@PLT
 call weak_one@PLT
 .byte 0x66
 leaq variable@tlsgd(%rip), %rdi
 .value 0x6666
 rex64
 call __tls_get_addr@PLT
 leaq own@tlsld(%rip), %rdi
 call __tls_get_addr@PLT
 movl own@dtpoff(%rax), %edx
 popq %rbp
 .cfi_def_cfa 7, 8
 ret
 .cfi_endproc
 .size main, .-main
 .section .text.weak_one, "axG", @progbits, weak_one, comdat
 .weak weak_one
weak_one: ret
 .section .rodata.str1.1, "aMS", @progbits, 1
.Lstring: .asciz "a string"
 .section .rodata, "a"
 .long main - .
 .section .data.rel.ro, "aw"
table: .quad main, other
 .data
counter: .long 3
 .comm tentative, 16, 8
 .section .tdata, "awT"
 .globl variable
variable: .long 1
own: .long 2
 .section .init_array, "aw"
 .quad main
 .section rows, "aw"
 .quad __start_rows, __stop_rows
 .hidden hidden_one
 .globl hidden_one
hidden_one: .quad table
 .section .note.GNU-stack, "", @progbits
