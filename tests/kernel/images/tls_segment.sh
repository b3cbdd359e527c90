#!/usr/bin/env bash
# -z tls-seg=gs: accesses through FS become accesses through GS, sequences that are shortened as well.
source "$(dirname "$0")/../qemu.sh"

compile k.s <<'EOS'
	.globl _start
_start:	mov %fs:x@tpoff, %eax
	movq $1, %fs:x@tpoff(,%rcx,8)
	movzbl %fs:x@tpoff+1, %r9d
	movss %xmm1, %fs:x@tpoff
	mov %fs:0, %r10
	lea x@tpoff(%r10), %rax
	.byte 0x66
	leaq x@tlsgd(%rip), %rdi
	.value 0x6666
	rex64
	call __tls_get_addr@plt
	mov %fs:8, %rax
	ret
	.section .tbss, "awT", @nobits
	.globl x
x:	.quad 0
EOS
link_kernel k.elf --image=elf -z tls-seg=gs k.o
expect_equal "$(disassemble k.elf _start | sed 's/.*%\([fg]s\):.*/\1/' | grep -x '[fg]s' | tr '\n' ' ')" 'gs gs gs gs gs gs fs '
compile ie.s <<'EOS'
	.globl _start
_start:	mov x@gottpoff(%rip), %rax
	mov %fs:(%rax), %eax
	.section .tbss, "awT", @nobits
x:	.quad 0
EOS
expect_fail 'compile with -ftls-model=local-exec' -- --target=none-amd64 --nostdrt --image=elf -z tls-seg=gs ie.o -o k.elf

# And it runs: a kernel whose thread-local variables are where GS points, and FS points nowhere.
compile main.c -O1 -ffreestanding -fno-pic -mno-red-zone -fno-stack-protector -fcf-protection=none -ftls-model=local-exec <<'EOS'
_Thread_local struct {
  unsigned first, second;
} pair = {1, 2};
static volatile unsigned block[8] __attribute__((aligned(64)));
int kernel_main(void) {
  /* The block ends where the thread pointer points; the word there is its own address. */
  unsigned long pointer = (unsigned long)&block[4];
  block[2] = 1, block[3] = 2, *(unsigned long *)pointer = pointer;
  __asm__ volatile("wrmsr" ::"c"(0xc0000101), "a"((unsigned)pointer), "d"((unsigned)(pointer >> 32)));
  __asm__ volatile("wrmsr" ::"c"(0xc0000100), "a"(0xfffff000u), "d"(0x7fffffffu));
  pair.first += 40, pair.second += 40;
  for (const char *text = pair.first == 41 && pair.second == 42 && block[2] == 41 ? "GS\n" : "WRONG\n"; *text; text++)
    __asm__ volatile("outb %0, %1" ::"a"(*text), "d"((unsigned short)0x3f8));
  return pair.first == 41 && pair.second == 42 ? 0x10 : 0x20;
}
EOS
compile start.S -fno-pic <"$lib_directory/../kernel/images/start.S"
link_kernel k.elf --image=elf -z tls-seg=gs start.o main.o
expect_boot GS microvm -kernel k.elf
