# Every instruction of the psABI's table of GOTPCRELX and REX_GOTPCRELX, then one that has no short form.
        .text
        .globl  _start
_start: movq    symbol@GOTPCREL(%rip), %rax
        movl    symbol@GOTPCREL(%rip), %r9d
        movq    symbol@GOTPCREL(%rip), %r15
        call    *function@GOTPCREL(%rip)
        jmp     *function@GOTPCREL(%rip)
        testq   %rcx, symbol@GOTPCREL(%rip)
        testq   %r12, symbol@GOTPCREL(%rip)
        addq    symbol@GOTPCREL(%rip), %rax
        orq     symbol@GOTPCREL(%rip), %r8
        adcq    symbol@GOTPCREL(%rip), %rbx
        sbbq    symbol@GOTPCREL(%rip), %rdx
        andq    symbol@GOTPCREL(%rip), %rsi
        subq    symbol@GOTPCREL(%rip), %rdi
        xorq    symbol@GOTPCREL(%rip), %rbp
        cmpq    symbol@GOTPCREL(%rip), %r13
        pushq   kept@GOTPCREL(%rip)
        ret

        .globl  function
        .type   function, @function
function:
        ret
        .data
        .globl  symbol, kept
symbol: .quad   0
kept:   .quad   0

        .section .note.GNU-stack, "", @progbits
