// Descriptor tables, handlers of the program's own, interrupts of devices, and what interrupts leave alone.
// boot: -M pc -m 64M
// boot: -M microvm -m 64M
// boot: -M q35 -m 64M -cpu max
// > tables ok
// > handlers ok
// > nesting ok
// > spurious ok
// > device ok
// > red zone ok
#include <xrt.h>

static void check(int condition, const char *text) {
  if (!condition) xrt_panic(text);
}

static void out(uint16_t port, uint8_t value) { asm volatile("outb %0, %1" ::"a"(value), "Nd"(port)); }

static void test_tables(void) {
  struct {
    uint16_t limit;
    uint64_t base;
  } __attribute__((packed)) gdt, idt;
  uint16_t task, local;
  uint32_t cs, ss, ds, fs, task_limit;
  asm volatile("sgdt %0; sidt %1; str %2; sldt %3" : "=m"(gdt), "=m"(idt), "=m"(task), "=m"(local));
  asm volatile("mov %%cs, %0; mov %%ss, %1; mov %%ds, %2; mov %%fs, %3" : "=r"(cs), "=r"(ss), "=r"(ds), "=r"(fs));
  asm volatile("lsl %1, %0" : "=r"(task_limit) : "r"(0x20));
  check(gdt.limit == 6 * 8 - 1 && idt.limit == 64 * 16 - 1, "limits of the tables");
  check(task == 0x20 && local == 0 && task_limit == 103, "the TSS");
  check(cs == 0x08 && ss == 0x10 && ds == 0x10 && fs == 0x18, "segment registers");
  const uint8_t *gate = (const uint8_t *)idt.base;
  for (int i = 0; i < 64; ++i)
    check(gate[i * 16 + 2] == 0x08 && gate[i * 16 + 4] != 0 && gate[i * 16 + 5] == 0x8e, "a gate");
  const uint64_t descriptor = ((const uint64_t *)gdt.base)[3];
  const uint64_t base = (descriptor >> 16 & 0xffffff) | (descriptor >> 56) << 24;
  uint64_t self;
  asm volatile("movq %%fs:0, %0" : "=r"(self));
  check(base == self, "the FS descriptor of the main thread");
}

static volatile int count;

static void on_breakpoint(struct xrt_frame *frame) {
  ++count;
  frame->rax += 1;
}

static void test_handlers(void) {
  check(xrt_set_trap_handler(64, on_breakpoint) == -XRT_EINVAL, "no such vector");
  check(xrt_set_trap_handler(3, on_breakpoint) == 0, "set");
  uint64_t value = 41;
  asm volatile("int3" : "+a"(value));
  check(value == 42 && count == 1, "a handler that changes a register");
  xrt_set_trap_handler(3, 0);
}

static volatile char *untouched;

static void on_invalid(struct xrt_frame *frame) {
  untouched[0] = 1; /* a page fault in a handler */
  uint64_t value = 1;
  asm volatile("int3" : "+a"(value)); /* and an exception */
  count += (int)value;
  frame->rip += 2;
}

static void test_nesting(void) {
  untouched = xrt_mmap(0, 4096, 3, 0);
  count = 0;
  xrt_set_trap_handler(6, on_invalid);
  xrt_set_trap_handler(3, on_breakpoint);
  for (int i = 0; i < 10; ++i) asm volatile("ud2");
  check(count == 30 && untouched[0] == 1, "exceptions in exceptions");
}

static void on_interrupt(struct xrt_frame *frame) {
  if (frame->vector == XRT_VECTOR_PIC) out(0x20, 0x20);
  ++count;
}

static void test_spurious(void) {
  asm volatile("int $47; int $55; int $63");
  count = 0;
  xrt_set_trap_handler(47, on_interrupt);
  asm volatile("int $47");
  check(count == 1, "a handler of the spurious vector");
}

static void spin(uint64_t duration) {
  const uint64_t end = xrt_nanotime() + duration;
  while (xrt_nanotime() < end) continue;
}

/* The PIT interrupts a thousand times a second, and is heard when the 8259 lets it. */
static void test_device(void) {
  count = 0;
  xrt_set_trap_handler(XRT_VECTOR_PIC, on_interrupt);
  out(0x43, 0x34);
  out(0x40, 1193 & 0xff);
  out(0x40, 1193 >> 8);
  spin(20000000);
  check(count == 0, "the 8259 is not masked");
  volatile uint32_t *apic = xrt_map_physical(0xfee00000, 4096);
  apic[0x350 / 4] = 0x700; /* line 0: what the 8259 says */
  out(0x21, 0xfe);
  while (count < 5) asm volatile("hlt");
  out(0x21, 0xff);
  apic[0x350 / 4] = 0x10700;
}

/* Code may use the 128 bytes below its stack pointer. */
static int use_red_zone(void *argument) {
  uint64_t changed = 0, end = xrt_nanotime() + 20000000;
  (void)argument;
  while (xrt_nanotime() < end)
    asm volatile(
        "movq $0x1234, -8(%%rsp)\n"
        "movq $0x5678, -128(%%rsp)\n"
        "movl $5000, %%ecx\n"
        "1: loop 1b\n"
        "cmpq $0x1234, -8(%%rsp)\n"
        "jne 2f\n"
        "cmpq $0x5678, -128(%%rsp)\n"
        "je 3f\n"
        "2: incq %0\n"
        "3:\n"
        : "+r"(changed)
        :
        : "rcx", "memory");
  return (int)changed;
}

static void test_red_zone(void) {
  xrt_thread *threads[3];
  for (int i = 0; i < 3; ++i) xrt_thread_create(&threads[i], use_red_zone, 0, 0);
  for (int i = 0; i < 3; ++i) {
    int changed = 1;
    xrt_thread_join(threads[i], &changed);
    check(changed == 0, "an interrupt wrote into the red zone");
  }
}

int main(void) {
  void (*const tests[])(void) = {test_tables, test_handlers, test_nesting, test_spurious, test_device, test_red_zone};
  const char *const names[] = {"tables", "handlers", "nesting", "spurious", "device", "red zone"};
  for (int i = 0; i < 6; ++i) {
    tests[i]();
    xrt_printf("%s ok\n", names[i]);
  }
  return 0;
}
