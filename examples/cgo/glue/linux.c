/* linux-amd64 and linux-386. The linker makes the two words the last of the program's thread-local storage, which the C
 * library lays out right below every thread's pointer: there is nothing to set up. */
#include "pthreads.h"

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall start_on_linux");
#else
__asm__(
    ".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %esp, %eax\n\tand $-16, %esp\n\tsub $12, %esp\n\tpush %eax\n\t"
    "call start_on_linux");
#endif

__attribute__((used)) static void start_on_linux(word stack_base) {
  prepare_waiting();
  runtime_main(stack_base, 1 << 20);
  exit(0);
}
