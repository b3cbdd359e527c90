// i386: entries that images call, calls into images, and the bridge to the host. See machine.h.
//
// Images run with %gs = macho_image_gs, the host with %gs = macho_host_gs. Whatever is called from an image and lands in
// C++ code changes %gs over and puts back what it found: a callback of the host's calls images with the host's %gs.

    .text

    .globl macho_stub_binder
    .type macho_stub_binder, @function
macho_stub_binder:                      // (%esp) address in the image, 4(%esp) offset, 8(%esp) the caller
    pushl %ebp
    movl %esp, %ebp
    pushl %eax
    pushl %ecx
    pushl %edx
    movw %gs, %dx
    pushl %edx
    movw macho_host_gs, %gs
    andl $-16, %esp
    subl $80, %esp
    movups %xmm0, 16(%esp)
    movups %xmm1, 32(%esp)
    movups %xmm2, 48(%esp)
    movups %xmm3, 64(%esp)
    movl 4(%ebp), %eax
    movl %eax, (%esp)
    movl 8(%ebp), %eax
    movl %eax, 4(%esp)
    call macho_bind_lazily
    movl %eax, 8(%ebp)
    movups 16(%esp), %xmm0
    movups 32(%esp), %xmm1
    movups 48(%esp), %xmm2
    movups 64(%esp), %xmm3
    movw -16(%ebp), %gs
    movl -4(%ebp), %eax
    movl -8(%ebp), %ecx
    movl -12(%ebp), %edx
    movl %ebp, %esp
    popl %ebp
    addl $4, %esp
    ret                                 // to the target, with the caller behind it

    .globl macho_tlv_thunk
    .type macho_tlv_thunk, @function
macho_tlv_thunk:                        // eax: the descriptor, then the address; ecx and edx are kept
    pushl %ebp
    movl %esp, %ebp
    pushl %ecx
    pushl %edx
    movw %gs, %dx
    pushl %edx
    movw macho_host_gs, %gs
    andl $-16, %esp
    subl $528, %esp
    fxsave 16(%esp)
    movl %eax, (%esp)
    call macho_tlv_address
    fxrstor 16(%esp)
    movw -12(%ebp), %gs
    movl -4(%ebp), %ecx
    movl -8(%ebp), %edx
    movl %ebp, %esp
    popl %ebp
    ret

    .globl macho_missing_entry
macho_missing_entry:                    // eax: the name
    movw macho_host_gs, %gs
    andl $-16, %esp
    subl $16, %esp
    movl %eax, (%esp)
    call macho_report_missing

// eax: the host's function. Arguments stay where they are, so the return address has to go: to a stack of its own, with
// the segment to go back to. Only reached through make_bridge's code.
    .globl macho_bridge
macho_bridge:
    movw %gs, %cx
    movw macho_host_gs, %gs
    movl %gs:macho_bridge_top@ntpoff, %edx
    popl (%edx)
    movl %ecx, 4(%edx)
    addl $8, %edx
    movl %edx, %gs:macho_bridge_top@ntpoff
    call *%eax
    movl %gs:macho_bridge_top@ntpoff, %ecx
    subl $8, %ecx
    movl %ecx, %gs:macho_bridge_top@ntpoff
    movw 4(%ecx), %gs
    jmp *(%ecx)

// The same for functions that do not return here: what they throw unwinds the image's frames from this one.
    .globl macho_bridge_away
macho_bridge_away:
    movw macho_host_gs, %gs
    jmp *%eax

    .globl macho_call
    .type macho_call, @function
macho_call:                             // (function, a, b, c, d, e)
    pushl %ebp
    movl %esp, %ebp
    subl $24, %esp
    andl $-16, %esp
    subl $32, %esp
    movl 12(%ebp), %eax
    movl %eax, (%esp)
    movl 16(%ebp), %eax
    movl %eax, 4(%esp)
    movl 20(%ebp), %eax
    movl %eax, 8(%esp)
    movl 24(%ebp), %eax
    movl %eax, 12(%esp)
    movl 28(%ebp), %eax
    movl %eax, 16(%esp)
    movl 8(%ebp), %eax
    movw macho_image_gs, %gs
    call *%eax
    movw macho_host_gs, %gs
    leave
    ret

    .globl macho_enter
macho_enter:                            // (entry, stack)
    movl 4(%esp), %eax
    movl 8(%esp), %esp
    pushl %eax
    xorl %eax, %eax
    xorl %ebx, %ebx
    xorl %ecx, %ecx
    xorl %edx, %edx
    xorl %esi, %esi
    xorl %edi, %edi
    xorl %ebp, %ebp
    movw macho_image_gs, %gs
    ret

    .globl macho_setjmp
macho_setjmp:                           // Darwin's jmp_buf has 72 bytes here
    movl 4(%esp), %ecx
    movl (%esp), %eax
    leal 4(%esp), %edx
    movl %ebx, (%ecx)
    movl %ebp, 4(%ecx)
    movl %esi, 8(%ecx)
    movl %edi, 12(%ecx)
    movl %edx, 16(%ecx)
    movl %eax, 20(%ecx)
    xorl %eax, %eax
    ret

    .globl macho_longjmp
macho_longjmp:
    movl 4(%esp), %ecx
    movl 8(%esp), %eax
    testl %eax, %eax
    jnz 1f
    incl %eax
1:  movl (%ecx), %ebx
    movl 4(%ecx), %ebp
    movl 8(%ecx), %esi
    movl 12(%ecx), %edi
    movl 16(%ecx), %esp
    jmp *20(%ecx)

// Signals arrive with the image's %gs; sigreturn puts it back.
    .globl macho_signal_entry
macho_signal_entry:
    movw macho_host_gs, %gs
    jmp macho_handle_system_call

    .data
    .globl macho_host_gs, macho_image_gs
macho_host_gs: .short 0
macho_image_gs: .short 0

    .section .tbss, "awT", @nobits
    .globl macho_bridge_top
    .balign 4
macho_bridge_top: .zero 4

    .section .note.GNU-stack, "", @progbits
