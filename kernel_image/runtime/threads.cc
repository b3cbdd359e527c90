// Threads from their start to their end.
#include "kernel_image/runtime/threads.h"

#include "kernel_image/runtime/clock.h"
#include "kernel_image/runtime/exit_functions.h"
#include "kernel_image/runtime/extended_state.h"
#include "kernel_image/runtime/processor.h"
#include "kernel_image/runtime/scheduler.h"

extern "C" [[gnu::weak]] XRT_HIDDEN void xrt_run_thread_exit_functions();

namespace xrt XRT_HIDDEN {

namespace {

constexpr size_t kDefaultStackSize = 256 << 10;

uint32_t last_id = 1;       // the main thread's
uint32_t live_threads = 1;  // not counting those that have ended

Thread* as_thread(xrt_thread* handle) {
  return reinterpret_cast<Thread*>(handle);
}
xrt_thread* as_handle(Thread* thread) {
  return reinterpret_cast<xrt_thread*>(thread);
}

[[noreturn]] void run_thread(Thread* thread) {
  xrt_thread_exit(thread->function(thread->argument));
}

[[gnu::constructor(52)]] void number_main_thread() {
  this_processor().current->id = last_id;
}

}  // namespace

void start_thread(Thread* thread, const ThreadStart& start) {
  thread->function = start.function;
  thread->argument = start.argument;
  thread->deadline = XRT_FOREVER;
  prepare_extended_state(thread->extended_state);
  set_start(thread, run_thread, start.stack_top, start.thread_pointer);
  InterruptLock lock;
  thread->id = ++last_id;
  ++live_threads;
  make_ready(thread);
}

}  // namespace xrt XRT_HIDDEN

using namespace xrt;

int xrt_thread_create(xrt_thread** handle, int (*function)(void*), void* argument, size_t stack_size) {
  Thread* thread = make_thread_area(stack_size != 0 ? stack_size : kDefaultStackSize, thread_addresses);
  if (thread == nullptr) return -XRT_ENOMEM;
  *handle = as_handle(thread);
  start_thread(thread, {function, argument, thread->stack_top, reinterpret_cast<uint64_t>(thread)});
  return 0;
}

int xrt_thread_join(xrt_thread* handle, int* result) {
  Thread* thread = as_thread(handle);
  Thread* self = this_processor().current;
  InterruptLock lock;
  if (thread == self) return -XRT_EDEADLK;
  if (thread->is_detached || thread->joiner != nullptr) return -XRT_EINVAL;
  thread->joiner = self;
  while (thread->state != ThreadState::Ended) wait_in(nullptr, XRT_FOREVER);
  if (result != nullptr) *result = thread->result;
  free_thread_area(thread);
  return 0;
}

int xrt_thread_detach(xrt_thread* handle) {
  Thread* thread = as_thread(handle);
  InterruptLock lock;
  if (thread->is_detached || thread->joiner != nullptr) return -XRT_EINVAL;
  thread->is_detached = true;
  if (thread->state == ThreadState::Ended) free_thread_area(thread);
  return 0;
}

void xrt_thread_exit(int result) {
  if (xrt_run_thread_exit_functions != nullptr) xrt_run_thread_exit_functions();
  Thread* self = this_processor().current;
  if (__atomic_sub_fetch(&live_threads, 1u, __ATOMIC_ACQ_REL) == 0) xrt_exit(0);
  disable_interrupts();
  self->result = result;
  if (self->at_end != nullptr) self->at_end(self);
  if (self->joiner != nullptr) wake(self->joiner, false);
  leave_for_good();
}

void xrt_thread_yield() {
  InterruptLock lock;
  give_way();
}

void xrt_sleep(uint64_t duration) {
  InterruptLock lock;
  const uint64_t time = now();
  if (duration != 0) wait_in(nullptr, duration > XRT_FOREVER - time ? XRT_FOREVER : time + duration);
}

xrt_thread* xrt_thread_self() {
  return as_handle(this_processor().current);
}
uint32_t xrt_thread_id() {
  return this_processor().current->id;
}
