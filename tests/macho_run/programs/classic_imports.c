/* imports.c for systems before macOS 10.6, which have no C runtime to start with here. */
#include "imports.c"

void exit(int);

#ifdef __i386__
__asm__(".text\n.globl start\nstart:\n  andl $-16, %esp\n  calll _main\n  movl %eax, (%esp)\n  calll _exit\n");
#else
__asm__(".text\n.globl start\nstart:\n  andq $-16, %rsp\n  callq _main\n  movl %eax, %edi\n  callq _exit\n");
#endif
