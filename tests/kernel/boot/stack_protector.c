// -fstack-protector finds its word at %fs:0x28, another in each thread, and its message is the runtime's.
// compile: -fstack-protector-all -fno-stack-clash-protection
// boot: -M microvm -m 64M
// > threads ok
// exit: 69
// >
// > xrt: panic: a function wrote beyond its stack frame
// > backtrace:
// >   {x} __stack_chk_fail+0x{x}
// >   {x} main+0x{x}
#include <xrt.h>

__attribute__((noinline)) int overflow(volatile char *text, int length) {
  char buffer[16];
  for (volatile int i = 0; i < length; ++i) ((volatile char *)buffer)[i] = text[i % 4];
  return buffer[3];
}

static int use(void *argument) {
  char text[4] = "abc";
  xrt_thread_yield();
  return overflow(text, 16) + (argument != 0);
}

int main(void) {
  xrt_thread *threads[4];
  for (int i = 0; i < 4; ++i) xrt_thread_create(&threads[i], use, 0, 0);
  for (int i = 0; i < 4; ++i) xrt_thread_join(threads[i], 0);
  xrt_printf("threads ok\n");
  char text[4] = "abc";
  return overflow(text, 40);
}
