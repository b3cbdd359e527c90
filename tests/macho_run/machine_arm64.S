// arm64: entries that images call, and calls into images. See machine.h.
//
// Darwin passes every variadic argument on the stack: entries of variadic functions hand the stack pointer on as the
// argument behind the fixed ones (VARIADIC), and the C++ half builds a va_list whose registers are used up.

    .text

    .globl macho_stub_binder
    .type macho_stub_binder, %function
macho_stub_binder:                      // [sp] offset of the lazy opcodes, [sp, 8] address in the image
    stp x29, x30, [sp, #-16]!
    mov x29, sp
    sub sp, sp, #208
    stp x0, x1, [sp]
    stp x2, x3, [sp, #16]
    stp x4, x5, [sp, #32]
    stp x6, x7, [sp, #48]
    str x8, [sp, #64]
    stp q0, q1, [sp, #80]
    stp q2, q3, [sp, #112]
    stp q4, q5, [sp, #144]
    stp q6, q7, [sp, #176]
    ldr x0, [x29, #24]
    ldr x1, [x29, #16]
    bl macho_bind_lazily
    mov x16, x0
    ldp x0, x1, [sp]
    ldp x2, x3, [sp, #16]
    ldp x4, x5, [sp, #32]
    ldp x6, x7, [sp, #48]
    ldr x8, [sp, #64]
    ldp q0, q1, [sp, #80]
    ldp q2, q3, [sp, #112]
    ldp q4, q5, [sp, #144]
    ldp q6, q7, [sp, #176]
    mov sp, x29
    ldp x29, x30, [sp], #32
    br x16

    .globl macho_tlv_thunk
    .type macho_tlv_thunk, %function
macho_tlv_thunk:                        // x0: the descriptor, then the address; all but x0, x16, x17 are kept
    stp x29, x30, [sp, #-16]!
    mov x29, sp
    sub sp, sp, #640
    stp x1, x2, [sp]
    stp x3, x4, [sp, #16]
    stp x5, x6, [sp, #32]
    stp x7, x8, [sp, #48]
    stp x9, x10, [sp, #64]
    stp x11, x12, [sp, #80]
    stp x13, x14, [sp, #96]
    str x15, [sp, #112]
    stp q0, q1, [sp, #128]
    stp q2, q3, [sp, #160]
    stp q4, q5, [sp, #192]
    stp q6, q7, [sp, #224]
    stp q16, q17, [sp, #256]
    stp q18, q19, [sp, #288]
    stp q20, q21, [sp, #320]
    stp q22, q23, [sp, #352]
    stp q24, q25, [sp, #384]
    stp q26, q27, [sp, #416]
    stp q28, q29, [sp, #448]
    stp q30, q31, [sp, #480]
    bl macho_tlv_address
    ldp x1, x2, [sp]
    ldp x3, x4, [sp, #16]
    ldp x5, x6, [sp, #32]
    ldp x7, x8, [sp, #48]
    ldp x9, x10, [sp, #64]
    ldp x11, x12, [sp, #80]
    ldp x13, x14, [sp, #96]
    ldr x15, [sp, #112]
    ldp q0, q1, [sp, #128]
    ldp q2, q3, [sp, #160]
    ldp q4, q5, [sp, #192]
    ldp q6, q7, [sp, #224]
    ldp q16, q17, [sp, #256]
    ldp q18, q19, [sp, #288]
    ldp q20, q21, [sp, #320]
    ldp q22, q23, [sp, #352]
    ldp q24, q25, [sp, #384]
    ldp q26, q27, [sp, #416]
    ldp q28, q29, [sp, #448]
    ldp q30, q31, [sp, #480]
    mov sp, x29
    ldp x29, x30, [sp], #16
    ret

    .globl macho_missing_entry
macho_missing_entry:                    // x16: the name
    mov x0, x16
    b macho_report_missing

    .globl macho_call
    .type macho_call, %function
macho_call:                             // (function, a, b, c, d, e)
    mov x16, x0
    mov x0, x1
    mov x1, x2
    mov x2, x3
    mov x3, x4
    mov x4, x5
    br x16

    .globl macho_enter
macho_enter:                            // (entry, stack)
    mov x16, x0
    mov sp, x1
    mov x0, xzr
    mov x1, xzr
    mov x29, xzr
    mov x30, xzr
    br x16

    .globl macho_setjmp
macho_setjmp:                           // Darwin's jmp_buf has 192 bytes here
    mov x16, sp
    stp x19, x20, [x0]
    stp x21, x22, [x0, #16]
    stp x23, x24, [x0, #32]
    stp x25, x26, [x0, #48]
    stp x27, x28, [x0, #64]
    stp x29, x30, [x0, #80]
    str x16, [x0, #96]
    stp d8, d9, [x0, #104]
    stp d10, d11, [x0, #120]
    stp d12, d13, [x0, #136]
    stp d14, d15, [x0, #152]
    mov w0, wzr
    ret

    .globl macho_longjmp
macho_longjmp:
    ldp x19, x20, [x0]
    ldp x21, x22, [x0, #16]
    ldp x23, x24, [x0, #32]
    ldp x25, x26, [x0, #48]
    ldp x27, x28, [x0, #64]
    ldp x29, x30, [x0, #80]
    ldr x16, [x0, #96]
    mov sp, x16
    ldp d8, d9, [x0, #104]
    ldp d10, d11, [x0, #120]
    ldp d12, d13, [x0, #136]
    ldp d14, d15, [x0, #152]
    cmp w1, wzr
    csinc w0, w1, wzr, ne
    ret

    .macro VARIADIC name, fixed
    .globl macho_\name
macho_\name:
    mov x\fixed, sp
    b macho_v\name
    .endm

    VARIADIC printf, 1
    VARIADIC fprintf, 2
    VARIADIC dprintf, 2
    VARIADIC sprintf, 2
    VARIADIC snprintf, 3
    VARIADIC asprintf, 2
    VARIADIC scanf, 1
    VARIADIC fscanf, 2
    VARIADIC sscanf, 2
    VARIADIC sprintf_chk, 4
    VARIADIC snprintf_chk, 5
    VARIADIC open, 2
    VARIADIC fcntl, 2
    VARIADIC ioctl, 2
    VARIADIC syslog, 2
    VARIADIC snprintf_l, 4
    VARIADIC asprintf_l, 3
    VARIADIC sscanf_l, 3

    .section .note.GNU-stack, "", @progbits
