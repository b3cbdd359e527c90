/* none-amd64: bare metal, on the runtime libxrt.a. It keeps the two words free below every thread's pointer. */
#include <xrt.h>

#include "../cgo.h"

void glue_sleep(volatile uint* at, uint value) {
  while (*at == value) xrt_futex_wait((const uint32_t*)at, value, XRT_FOREVER);
}

void glue_wake(volatile uint* at) {
  xrt_futex_wake((const uint32_t*)at, 0x7fffffff);
}
void glue_write(const char* text, word size) {
  xrt_write(1, text, size);
}
void glue_yield(void) {
  xrt_thread_yield();
}
void glue_die(const char* why) {
  xrt_panic(why);
}

void* glue_allocate(word size) {
  char* memory = xrt_allocate(size);
  if (!memory) xrt_panic("out of memory");
  for (word i = 0; i < size; i++) memory[i] = 0;
  return memory;
}

static int enter_thread(void* copy) {
  const struct thread_start start = *(struct thread_start*)copy;
  xrt_free(copy);
  thread_begin(&start, (word)__builtin_frame_address(0));
  return 0;
}

void glue_thread_start(const struct thread_start* start) {
  enum { kStackSize = 65536 };
  struct thread_start* copy = glue_allocate(sizeof *copy);
  xrt_thread* thread;
  *copy = *start;
  start->g->stack_guard = kStackSize;
  if (xrt_thread_create(&thread, enter_thread, copy, kStackSize) != 0) xrt_panic("no thread");
  xrt_thread_detach(thread);
}

/* There are no signals: a breakpoint is the interruption, handled in the middle of the thread. */
static void handle_breakpoint(struct xrt_frame* frame) {
  (void)frame;
  runtime_tick();
}

void glue_start_timer(void) {
  enum { kBreakpoint = 3 };
  xrt_set_trap_handler(kBreakpoint, handle_breakpoint);
  __asm__ volatile("int3");
}

int main(void) {
  runtime_main((word)__builtin_frame_address(0), 65536);
  return 0;
}
