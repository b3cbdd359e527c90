/* Between C code, which keeps some registers, and code that keeps none and takes its arguments from the stack. */
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define NAME(name) JOIN(__USER_LABEL_PREFIX__, name)

#if defined(__ELF__)
.section .note.GNU-stack, "", @progbits
#endif
.text
.globl NAME(crosscall), NAME(crosscall2), NAME(runcgo), NAME(sum_on_stack)

#if defined(__x86_64__)

/* void crosscall(void (*run)(void)) */
NAME(crosscall):
  push %rbx
  push %rbp
  push %r12
  push %r13
  push %r14
  push %r15
  sub $8, %rsp
  call *%rdi
  add $8, %rsp
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbp
  pop %rbx
  ret

/* void crosscall2(void (*run)(void), void* argument, uint size): the arguments lie at RSP when `run` is entered. */
NAME(crosscall2):
  push %rbx
  push %rbp
  push %r12
  push %r13
  push %r14
  push %r15
  sub $24, %rsp
  mov %rsi, (%rsp)
  mov %edx, %eax
  mov %rax, 8(%rsp)
  call *%rdi
  add $24, %rsp
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbp
  pop %rbx
  ret

/* void runcgo(void (*run)(word), word argument) */
NAME(runcgo):
  push %rbp
  mov %rsp, %rbp
  mov %rdi, %rax
  mov %rsi, %rdi
  and $-16, %rsp
  call *%rax
  mov %rbp, %rsp
  pop %rbp
  ret

NAME(sum_on_stack):
  mov 8(%rsp), %rsi
  mov 16(%rsp), %ecx
  xor %ebx, %ebx
  mov %rsi, %rdi
1:
  movzbl (%rsi), %eax
  add %eax, %ebx
  inc %rsi
  dec %ecx
  jnz 1b
  mov %ebx, (%rdi)
  mov $-1, %rbx
  mov %rbx, %rbp
  mov %rbx, %r12
  mov %rbx, %r13
  mov %rbx, %r14
  mov %rbx, %r15
  ret

#else

NAME(crosscall):
  push %ebp
  push %ebx
  push %esi
  push %edi
  mov 20(%esp), %eax
  sub $12, %esp
  call *%eax
  add $12, %esp
  pop %edi
  pop %esi
  pop %ebx
  pop %ebp
  ret

NAME(crosscall2):
  push %ebp
  push %ebx
  push %esi
  push %edi
  mov 20(%esp), %eax
  mov 24(%esp), %ecx
  mov 28(%esp), %edx
  sub $12, %esp
  mov %ecx, (%esp)
  mov %edx, 4(%esp)
  call *%eax
  add $12, %esp
  pop %edi
  pop %esi
  pop %ebx
  pop %ebp
  ret

NAME(runcgo):
  push %ebp
  mov %esp, %ebp
  mov 8(%ebp), %eax
  mov 12(%ebp), %ecx
  and $-16, %esp
  sub $16, %esp
  mov %ecx, (%esp)
  call *%eax
  mov %ebp, %esp
  pop %ebp
  ret

NAME(sum_on_stack):
  mov 4(%esp), %esi
  mov 8(%esp), %ecx
  xor %ebx, %ebx
  mov %esi, %edi
1:
  movzbl (%esi), %eax
  add %eax, %ebx
  inc %esi
  dec %ecx
  jnz 1b
  mov %ebx, (%edi)
  mov $-1, %ebx
  mov %ebx, %ebp
  mov %ebx, %esi
  mov %ebx, %edi
  ret

#endif
