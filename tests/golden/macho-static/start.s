  .globl start
start:
  leaq _used(%rip), %rax
  movl $0x2000001, %eax
  movl $42, %edi
  syscall
_dead:
  callq start
  .data
_used: .quad _used
_unused: .quad _dead
_kept: .quad 7
  .no_dead_strip _kept
.subsections_via_symbols
