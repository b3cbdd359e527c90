// The runtime's main function: what is set up, in order, before the program's main.
#include "kernel_image/runtime/address_space.h"
#include "kernel_image/runtime/console.h"
#include "kernel_image/runtime/extended_state.h"
#include "kernel_image/runtime/fault.h"
#include "kernel_image/runtime/image.h"
#include "kernel_image/runtime/initializers.h"
#include "kernel_image/runtime/processor.h"
#include "kernel_image/runtime/screen.h"
#include "kernel_image/runtime/segments.h"
#include "kernel_image/runtime/thread.h"
#include "kernel_image/runtime/traps.h"

extern "C" {
XRT_HIDDEN void xrt_run();
int main(int count, const char** arguments, const char** environment);

XRT_HIDDEN extern Initializer* const __preinit_array_start[];
XRT_HIDDEN extern Initializer* const __preinit_array_end[];
XRT_HIDDEN extern Initializer* const __init_array_start[];
XRT_HIDDEN extern Initializer* const __init_array_end[];
}

namespace xrt XRT_HIDDEN {

Processor boot_processor;

namespace {

constexpr uint64_t kMainStackSize = 256 << 10;

// What the linker was told (-z stack-size), or the above.
uint64_t main_stack_size() {
  const Segment* segment = find_segment(Segment::Stack);
  return segment != nullptr && segment->size != 0 ? segment->size : kMainStackSize;
}

// The main thread is below 4 GiB if there is room, where a descriptor can hold its thread pointer.
constexpr uint64_t kFourGigabytes = uint64_t{1} << 32;
AddressRange main_range = {.low = 0x7fe00000, .high = kFourGigabytes, .next = 0x7fe00000};
AddressRange main_range_elsewhere = {.low = kFourGigabytes, .high = kProgramLimit, .next = kFourGigabytes};

Thread* make_main_thread() {
  Thread* thread = make_thread_area(main_stack_size(), main_range);
  if (thread == nullptr) thread = make_thread_area(main_stack_size(), main_range_elsewhere);
  if (thread == nullptr) end_without_memory();
  thread->id = kMainThreadId;
  return thread;
}

// Stores through FS and reads back directly: a wrong base must not be found out later.
void check_thread_slots(const Thread* thread) {
  const auto* words = reinterpret_cast<const volatile uint64_t*>(thread);
  constexpr uint64_t kPattern = 0x123;
  asm volatile(
      "movq %0, %%fs:-16\n"
      "movq %1, %%fs:-8\n" ::"r"(kPattern),
      "r"(kPattern + 1)
      : "memory");
  const bool is_last = xrt_thread_slots + 2 <= words;  // by the way, this keeps the slots in the image
  if (!is_last || words[-2] != kPattern || words[-1] != kPattern + 1)
    xrt_panic("FS does not reach the thread's memory");
  asm volatile(
      "movq %0, %%fs:-16\n"
      "movq %0, %%fs:-8\n" ::"r"(uint64_t{0})
      : "memory");
}

void call_all(Initializer* const* first, Initializer* const* last) {
  for (; first != last; ++first) (*first)();
}

[[noreturn]] void run_program() {
  call_all(__preinit_array_start, __preinit_array_end);
  enable_interrupts();
  call_all(__init_array_start, __init_array_end);
  const char* arguments[] = {"kernel", nullptr, nullptr};
  xrt_exit(main(1, arguments, arguments + 2));
}

[[noreturn]] void change_stack(uint64_t top, void (*next)()) {
  // The zero ends chains of frame pointers, and a call leaves the stack as functions expect it.
  asm volatile(
      "movq %0, %%rsp\n"
      "xorl %%ebp, %%ebp\n"
      "call *%1\n"
      "ud2\n" ::"r"(top),
      "r"(next)
      : "memory");
  __builtin_unreachable();
}

}  // namespace

}  // namespace xrt XRT_HIDDEN

void xrt_run() {
  using namespace xrt;
  undo_crossing();
  seal_read_only_data();
  load_descriptor_tables();
  start_traps();
  enable_extended_state();
  start_screen();
  Thread* thread = make_main_thread();
  boot_processor.current = thread;
  load_thread_pointer(reinterpret_cast<uint64_t>(thread));
  set_interrupt_stack(reinterpret_cast<uint64_t>(&thread->frame + 1));
  check_thread_slots(thread);
  change_stack(thread->stack_top, run_program);
}

const char* xrt_command_line() {
  return xrt::boot_facts.command_line;
}
