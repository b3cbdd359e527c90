// Queues of threads, and the switch from one to another.
#include "kernel_image/runtime/scheduler.h"

#include "kernel_image/runtime/clock.h"
#include "kernel_image/runtime/extended_state.h"
#include "kernel_image/runtime/fault.h"
#include "kernel_image/runtime/lapic.h"
#include "kernel_image/runtime/processor.h"
#include "kernel_image/runtime/segments.h"
#include "kernel_image/runtime/traps.h"

namespace xrt XRT_HIDDEN {

namespace {

constexpr uint64_t kQuantum = 1000000;  // nanoseconds

ThreadQueue<&Thread::links> ready;
ThreadQueue<&Thread::sleeping> sleepers;  // the earliest deadline first

Thread* idle;
Thread* state_owner;   // whose extended state the CPU has
uint64_t quantum_end;  // of the current thread, if anybody else is ready

void update_alarm() {
  uint64_t next = XRT_FOREVER;
  if (const Thread* sleeper = sleepers.first()) next = sleeper->deadline;
  if (ready.first() != nullptr && quantum_end < next) next = quantum_end;
  if (next != XRT_FOREVER) set_alarm(next);
}

void sleep_until(Thread* thread, uint64_t deadline) {
  thread->deadline = deadline;
  if (deadline == XRT_FOREVER) return;
  Thread* later = sleepers.first();
  while (later != nullptr && later->deadline <= deadline) later = sleepers.after(later);
  sleepers.insert_before(later, thread);
}

void wake_sleepers() {
  const uint64_t time = now();
  while (Thread* thread = sleepers.first()) {
    if (thread->deadline > time) break;
    wake(thread, true);
  }
}

Thread* choose_next() {
  Thread* next = ready.first();
  if (next != nullptr) {
    ready.remove(next);
    return next;
  }
  if (sleepers.first() == nullptr && !has_interrupt_handlers())
    end_with_message("all threads wait, and nothing can wake one", XRT_EXIT_DEADLOCK);
  return idle;
}

// The idle thread uses none, so whoever comes back from it finds his own.
void switch_extended_state(const Thread* next) {
  if (next == idle || next == state_owner) return;
  if (state_owner != nullptr) save_extended_state(state_owner->extended_state);
  load_extended_state(next->extended_state);
  state_owner = const_cast<Thread*>(next);
}

// On the interrupts' stack, so the memory of a thread that has ended can go.
void free_if_ended(Thread* thread) {
  if (thread->state != ThreadState::Ended) return;
  if (state_owner == thread) state_owner = nullptr;
  if (thread->is_detached) free_thread_area(thread);
}

xrt_frame* run_next() {
  Processor& processor = this_processor();
  Thread* last = processor.current;
  if (last != idle && last->state == ThreadState::Ready) ready.append(last);
  Thread* next = choose_next();
  quantum_end = now() + kQuantum;
  if (next != last) {
    free_if_ended(last);
    switch_extended_state(next);
    processor.current = next;
    set_interrupt_stack(reinterpret_cast<uint64_t>(&next->frame + 1));
  }
  update_alarm();
  return &next->frame;
}

xrt_frame* on_timer(xrt_frame* frame) {
  end_interrupt();
  wake_sleepers();
  const bool is_turn_over = this_processor().current == idle || now() >= quantum_end;
  if (is_turn_over && ready.first() != nullptr) return run_next();
  update_alarm();
  return frame;
}

xrt_frame* on_switch(xrt_frame*) {
  return run_next();
}

void leave_cpu() {
  asm volatile("int %0" ::"i"(XRT_VECTOR_SWITCH) : "memory");
}

[[noreturn]] void run_idle(Thread*) {
  for (;;) {
    asm volatile("sti; hlt");
    leave_cpu();  // whatever the interrupt was, somebody may be ready
  }
}

void make_idle_thread() {
  idle = make_thread_area(kPageSize, thread_addresses);
  if (idle == nullptr) end_without_memory();
  set_start(idle, run_idle, idle->stack_top, reinterpret_cast<uint64_t>(idle));
}

[[gnu::constructor(51)]] void start_scheduler() {
  InterruptLock lock;
  state_owner = this_processor().current;
  make_idle_thread();
  set_interrupt_switch(XRT_VECTOR_TIMER, on_timer);
  set_interrupt_switch(XRT_VECTOR_SWITCH, on_switch);
}

}  // namespace

void set_start(Thread* thread, void (*code)(Thread*), uint64_t stack_top, uint64_t thread_pointer) {
  // As if the code had been called: its stack pointer is 8 off a multiple of 16, and there is no caller.
  const uint64_t stack = (stack_top & ~uint64_t{15}) - sizeof(uint64_t);
  *reinterpret_cast<uint64_t*>(stack) = 0;
  xrt_frame& frame = thread->frame;
  frame.fs_base = thread_pointer;
  frame.rdi = reinterpret_cast<uint64_t>(thread);
  frame.rip = reinterpret_cast<uint64_t>(code);
  frame.cs = kCodeSelector;
  frame.rflags = kFlagInterrupts;
  frame.rsp = stack;
  frame.ss = kDataSelector;
}

void make_ready(Thread* thread) {
  const bool was_alone = ready.first() == nullptr;
  thread->state = ThreadState::Ready;
  ready.append(thread);
  if (!was_alone) return;
  quantum_end = now() + kQuantum;
  update_alarm();
}

void wake(Thread* thread, bool is_timed_out) {
  if (thread->waits_in != nullptr) thread->waits_in->remove(thread);
  thread->waits_in = nullptr;
  if (thread->deadline != XRT_FOREVER) sleepers.remove(thread);
  thread->deadline = XRT_FOREVER;
  thread->is_timed_out = is_timed_out;
  make_ready(thread);
}

bool wait_in(WaitQueue* queue, uint64_t deadline) {
  Thread* thread = this_processor().current;
  thread->state = ThreadState::Waiting;
  thread->waits_in = queue;
  if (queue != nullptr) queue->append(thread);
  sleep_until(thread, deadline);
  leave_cpu();
  return !thread->is_timed_out;
}

void leave_for_good() {
  this_processor().current->state = ThreadState::Ended;
  leave_cpu();
  __builtin_unreachable();
}

void give_way() {
  if (ready.first() != nullptr) leave_cpu();
}

}  // namespace xrt XRT_HIDDEN
