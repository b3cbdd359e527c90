// A whole program without a C library, for examples/embed.cc: writes a line and exits. x86-64 Linux.
static long call_system(long number, long first, const void* second, long third) {
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(first), "S"(second), "d"(third)
                   : "rcx", "r11", "memory");
  return result;
}

void _start(void) {
  static const char text[] = "linked in memory by xld\n";
  call_system(1, 1, text, sizeof text - 1);  // write
  call_system(60, 0, 0, 0);                  // exit
}
