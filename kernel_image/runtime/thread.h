// A thread, and the memory it lives in.
//
// One area of addresses holds all of a thread: a guard page, the stack, its copy of the program's thread-local block,
// and above it, where the thread pointer points, the control block (the x86-64 psABI's second variant of thread-local
// storage). The area is demand-zero memory like any other, the pages of the control block excepted.
#pragma once

#include "kernel_image/runtime/cpu.h"
#include "kernel_image/runtime/include/xrt.h"
#include "kernel_image/runtime/mapping.h"

namespace xrt XRT_HIDDEN {

struct Thread;
struct WaitQueue;
struct ExitFunction;

// Links of a thread in a queue; null at its ends.
struct ThreadLinks {
  Thread* next;
  Thread* previous;
};

enum class ThreadState : uint8_t { Ready, Waiting, Ended };

inline constexpr uint32_t kMainThreadId = 1;

struct alignas(64) Thread {
  Thread* self;  // %fs:0, as the psABI asks
  uint64_t unused[4];
  uint64_t stack_guard;  // %fs:0x28, where -fstack-protector looks
  uint64_t alignment;
  xrt_frame frame;  // where interrupts save the thread's registers: they use the end of it as their stack

  // Its memory.
  uint64_t area;  // the guard page
  uint64_t area_pages;
  uint64_t stack_top;
  uint8_t* extended_state;  // what XSAVE saves, behind this structure

  // The scheduler's: scheduler.h.
  ThreadState state;
  bool is_timed_out;      // what ended its wait
  ThreadLinks links;      // among the ready threads, or in waits_in
  ThreadLinks sleeping;   // among those with a deadline
  WaitQueue* waits_in;    // null if it waits for its deadline only
  uint64_t deadline;      // XRT_FOREVER if there is none
  const uint32_t* futex;  // what it waits for there
  uint32_t futex_bits;

  // Its beginning and end: threads.cc.
  uint32_t id;
  bool is_detached;
  int result;
  int (*function)(void*);
  void* argument;
  Thread* joiner;
  void (*at_end)(Thread* thread);  // or null
  uint32_t* cleared_at_end;        // for at_end
  ExitFunction* exit_functions;    // exit_functions.cc; the latest first
};
static_assert(__builtin_offsetof(Thread, stack_guard) == 0x28);
static_assert((__builtin_offsetof(Thread, frame) + sizeof(xrt_frame)) % 16 == 0, "interrupts align their stack to 16");

// Makes the area of a thread, somewhere in the range, with the thread-local block filled in. Null without memory.
Thread* make_thread_area(uint64_t stack_size, AddressRange& range);
void free_thread_area(Thread* thread);

// Where the areas of all threads but the main one are.
extern AddressRange thread_addresses;

}  // namespace xrt XRT_HIDDEN

// The words at -16(%fs) and -8(%fs) are the program's to use, as Go programs do. As the last thread-local object of an
// image (libxrt.a comes last in a link) this one keeps them free of the program's own variables.
extern "C" XRT_HIDDEN thread_local constinit uint64_t xrt_thread_slots[2];
