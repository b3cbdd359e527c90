// Instructions from the kernel's first to main, in a program that asks for nothing: a bound, and the same every time.
// with: ../stamped_start.S
// link: -e stamped_start
// twice: -M microvm -m 64M -icount shift=0,sleep=off
// twice: -M microvm -m 8G -icount shift=0,sleep=off
// twice: -M pc -m 64M -vga std -icount shift=0,sleep=off -rtc base=2020-01-01T00:00:00,clock=vm
// > main after {n} instructions
#include <xrt.h>

extern uint64_t entry_stamp;

int main(void) {
  uint32_t low, high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  const uint64_t count = ((uint64_t)high << 32 | low) - entry_stamp;
  xrt_printf("main after %lu instructions\n", count);
  return count > 60000;
}
