// Where the CPU goes on an exception or interrupt: the registers are saved as a xrt_frame, C++ is called, and the frame
// that it returns is resumed. The layout of the frame is that of xrt.h. See segments.h for the stacks.

#define FS_BASE_MSR 0xc0000100
#define FIRST_INTERRUPT 32
#define VECTORS 64
#define EXCEPTION_STACK (xrt_task_state + 36)   // the TSS's first interrupt stack
#define NESTING_STEP 2048
#define CODE_SELECTOR 0x08
#define FRAME_CS (19 * 8)
#define FRAME_VECTOR (16 * 8)

        .hidden xrt_task_state, xrt_interrupt_stack_top, xrt_exception, xrt_interrupt

        .macro save_registers
        pushq %rax
        pushq %rbx
        pushq %rcx
        pushq %rdx
        pushq %rdi
        pushq %rsi
        pushq %rbp
        pushq %r8
        pushq %r9
        pushq %r10
        pushq %r11
        pushq %r12
        pushq %r13
        pushq %r14
        pushq %r15
        movl $FS_BASE_MSR, %ecx
        rdmsr
        shlq $32, %rdx
        orq %rdx, %rax
        pushq %rax
        cld
        xorl %ebp, %ebp
        movq %rsp, %rdi
        .endm

        .section .text.xrt_traps, "ax", @progbits

// One entry a vector, 16 bytes apart. The CPU pushes an error code for some exceptions; the others push a zero.
        .balign 16
        .globl xrt_trap_entries
        .hidden xrt_trap_entries
xrt_trap_entries:
        .set vector, 0
        .rept VECTORS
        .balign 16
        .ifeq (vector - 8) * (vector - 10) * (vector - 11) * (vector - 12) * (vector - 13) * (vector - 14) * (vector - 17)
        .else
        pushq $0
        .endif
        pushq $vector
        .if vector < FIRST_INTERRUPT
        jmp exception
        .else
        jmp interrupt
        .endif
        .set vector, vector + 1
        .endr

// While an exception is handled the next one starts further down the same stack. The NMI and its like do not nest, and
// for them the move does no harm.
        .balign 16
        .type exception, @function
exception:
        save_registers
        subq $NESTING_STEP, EXCEPTION_STACK(%rip)
        call xrt_exception
        addq $NESTING_STEP, EXCEPTION_STACK(%rip)
        jmp resume
        .size exception, . - exception

// The frame is in the current thread; the handler has the interrupts' stack. RAX is the frame to go on with.
        .type interrupt, @function
interrupt:
        save_registers
        movq xrt_interrupt_stack_top(%rip), %rsp
        call xrt_interrupt
        movq %rax, %rsp
resume:
        popq %rax
        movq %rax, %rdx
        shrq $32, %rdx
        movl $FS_BASE_MSR, %ecx
        wrmsr
        popq %r15
        popq %r14
        popq %r13
        popq %r12
        popq %r11
        popq %r10
        popq %r9
        popq %r8
        popq %rbp
        popq %rsi
        popq %rdi
        popq %rdx
        popq %rcx
        popq %rbx
        popq %rax
        addq $16, %rsp
        iretq
        .size interrupt, . - interrupt

        .section .bss.xrt_interrupt_stack_top, "aw", @nobits
        .balign 8
        .globl xrt_interrupt_stack_top
xrt_interrupt_stack_top:
        .fill 8
        .section .note.GNU-stack, "", @progbits
