// The clock: it never goes back, sleeps are as long as asked, and it agrees with the PIT. With instructions counted for
// time (icount) two boots are the same to the nanosecond.
// twice: -M microvm -m 64M -icount shift=0,sleep=off
// twice: -M pc -m 64M -icount shift=0,sleep=off -rtc base=2020-01-01T00:00:00,clock=vm
// twice: -M microvm -m 64M -cpu qemu64,-hypervisor -icount shift=0,sleep=off
// > main at {n}
// > monotone
// > slept 5 ms and {n} ns
// > slept 100 s and {n} ns
// > a timeout of 3 ms and {n} ns
// > the PIT agrees
// boot: -M q35 -m 64M -append short
// > main at {n}
// > monotone
// > slept 5 ms and {n} ns
// > slept 0 s and {n} ns
// > a timeout of 3 ms and {n} ns
// > the PIT agrees
#include <xrt.h>

static void check(int condition, const char *text) {
  if (!condition) xrt_panic(text);
}

static uint16_t read_pit(void) {
  uint8_t low, high;
  asm volatile("outb %b0, $0x43" ::"a"(0));
  asm volatile("inb $0x40, %0" : "=a"(low));
  asm volatile("inb $0x40, %0" : "=a"(high));
  return (uint16_t)(low | high << 8);
}

static void out(uint16_t port, uint8_t value) { asm volatile("outb %0, %1" ::"a"(value), "Nd"(port)); }

/* 20 ms, measured by the one and by the other. */
static int pit_agrees(int is_counted) {
  out(0x43, 0x34);
  out(0x40, 0);
  out(0x40, 0);
  const uint64_t start = xrt_nanotime();
  const uint16_t first = read_pit();
  while ((uint16_t)(first - read_pit()) < 23864) continue;
  const uint64_t elapsed = xrt_nanotime() - start;
  return elapsed > 19900000 && elapsed < (is_counted ? 20100000 : 60000000);
}

int main(void) {
  uint64_t last = xrt_nanotime();
  xrt_printf("main at %lu\n", last);
  for (int i = 0; i < 100000; ++i) {
    const uint64_t time = xrt_nanotime();
    check(time >= last, "the clock goes back");
    last = time;
  }
  xrt_printf("monotone\n");
  uint64_t start = xrt_nanotime();
  xrt_sleep(5000000);
  uint64_t late = xrt_nanotime() - start - 5000000;
  check(late < 1000000000, "a sleep ends too early");
  xrt_printf("slept 5 ms and %lu ns\n", late);
  /* Without icount a pause of the host is time too, and long sleeps are long. */
  const int is_counted = xrt_command_line()[0] == '\0';
  check(!is_counted || late < 20000, "a sleep is too long");
  const uint64_t seconds = is_counted ? 100 : 0;
  start = xrt_nanotime();
  xrt_sleep(seconds * 1000000000);
  late = xrt_nanotime() - start - seconds * 1000000000;
  check(late < 1000000000, "a long sleep ends too early");
  xrt_printf("slept %lu s and %lu ns\n", seconds, late);
  uint32_t word = 0;
  start = xrt_nanotime();
  check(xrt_futex_wait(&word, 0, 3000000) == -XRT_ETIMEDOUT, "no timeout");
  xrt_printf("a timeout of 3 ms and %lu ns\n", xrt_nanotime() - start - 3000000);
  check(pit_agrees(is_counted), "the PIT does not agree");
  xrt_printf("the PIT agrees\n");
  return 0;
}
