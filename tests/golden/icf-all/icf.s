# Pairs of twins, each a case of its own; the name says whether they fold.
        .section .text.start, "ax"
        .globl  _start
_start: call    fold_leaf1
        call    fold_leaf2
        call    fold_recursive1
        call    fold_recursive2
        call    keep_different1
        call    keep_different2
        call    keep_unique1
        call    keep_unique2
        call    fold_string1
        call    keep_string2
        ret

        .section .text.leaf1, "ax"
        .globl  fold_leaf1
fold_leaf1:
        .cfi_startproc
        mov     $1, %eax
        ret
        .cfi_endproc
        .section .text.leaf2, "ax"
        .p2align 6
        .globl  fold_leaf2
fold_leaf2:
        .cfi_startproc
        mov     $1, %eax
        ret
        .cfi_endproc

# Equal only if what they call is: each calls the other's twin.
        .section .text.recursive1, "ax"
        .globl  fold_recursive1
fold_recursive1:
        call    fold_leaf1
        jmp     fold_recursive2
        .section .text.recursive2, "ax"
        .globl  fold_recursive2
fold_recursive2:
        call    fold_leaf2
        jmp     fold_recursive1

# Equal bytes; the difference is two calls away.
        .section .text.different1, "ax"
        .globl  keep_different1
keep_different1:
        jmp     keep_middle1
        .section .text.different2, "ax"
        .globl  keep_different2
keep_different2:
        jmp     keep_middle2
        .section .text.middle1, "ax"
keep_middle1:
        jmp     keep_end1
        .section .text.middle2, "ax"
keep_middle2:
        jmp     keep_end2
        .section .text.end1, "ax"
keep_end1:
        mov     $2, %eax
        ret
        .section .text.end2, "ax"
keep_end2:
        mov     $3, %eax
        ret

        .section .text.unique1, "ax"
        .globl  keep_unique1
keep_unique1:
        mov     $4, %eax
        ret
        .section .text.unique2, "ax"
        .globl  keep_unique2
keep_unique2:
        mov     $4, %eax
        ret

        .section .text.string1, "ax"
        .globl  fold_string1
fold_string1:
        lea     one(%rip), %rax
        ret
        .section .text.string2, "ax"
        .globl  fold_string2
fold_string2:
        lea     other_one(%rip), %rax
        ret
        .section .text.string3, "ax"
        .globl  keep_string2
keep_string2:
        lea     two(%rip), %rax
        ret
        .section .rodata.str1.1, "aMS", @progbits, 1
one:    .string "one"
two:    .string "two"
        .section .rodata.other, "aMS", @progbits, 1
other_one:
        .string "one"

# A constant whose address may be compared: there is no list that says otherwise.
        .section .rodata.a, "a"
keep_data1: .quad 7
        .section .rodata.b, "a"
keep_data2: .quad 7
        .section .note.GNU-stack, "", @progbits
