// The memory of a thread: guard page, stack, thread-local block, control block, and what XSAVE saves.
#include "kernel_image/runtime/extended_state.h"
#include "kernel_image/runtime/image.h"
#include "kernel_image/runtime/mapping.h"
#include "kernel_image/runtime/thread.h"

alignas(16) constinit thread_local uint64_t xrt_thread_slots[2] = {};

namespace xrt XRT_HIDDEN {

// The first gigabyte of the runtime's area has the stacks of traps.
AddressRange thread_addresses = {
    .low = kRuntimeArea + (1ul << 30), .high = kRuntimeArea + (1ul << 39), .next = kRuntimeArea + (1ul << 30)};

namespace {

constexpr uint64_t round_up(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) & ~(alignment - 1);
}

// Offsets in an area, from its first byte. The thread pointer is as aligned as the block asks.
struct AreaPlan {
  uint64_t stack_top;
  uint64_t block;
  uint64_t control;
  uint64_t extended_state;
  uint64_t size;
  uint64_t alignment;
};

// Larger ones are in no address space, and sums with them would wrap.
constexpr uint64_t kLargestPart = kProgramLimit;

AreaPlan plan_area(uint64_t stack_size, const Segment* block) {
  const uint64_t block_alignment = block != nullptr && block->alignment > 1 ? block->alignment : 1;
  const uint64_t block_size = block != nullptr ? block->size : 0;
  AreaPlan plan = {};
  plan.alignment = block_alignment > kPageSize ? block_alignment : kPageSize;
  plan.stack_top = kPageSize + round_up(stack_size, kPageSize);
  const uint64_t alignment = block_alignment > alignof(Thread) ? block_alignment : alignof(Thread);
  plan.control = round_up(plan.stack_top + round_up(block_size, block_alignment), alignment);
  plan.block = plan.control - round_up(block_size, block_alignment);
  plan.extended_state = plan.control + round_up(sizeof(Thread), alignof(Thread));
  plan.size = round_up(plan.extended_state + extended_state_size(), kPageSize);
  return plan;
}

bool touch_bytes(uint64_t start, uint64_t end) {
  start &= ~(kPageSize - 1);
  return touch_range(start, (round_up(end, kPageSize) - start) / kPageSize);
}

// Addresses for an area, with nothing in them yet; 0 without memory.
uint64_t map_area(const AreaPlan& plan, AddressRange& range) {
  InterruptLock lock;  // what was found is free until it is taken
  const uint64_t found = find_empty(range, (plan.size + plan.alignment - kPageSize) / kPageSize);
  if (found == 0) return 0;
  const uint64_t area = round_up(found, plan.alignment);
  if (map_zeros(area, plan.size / kPageSize, kReadWrite, Backing::OnDemand) != 0) return 0;
  protect_range(area, 1, kNoRights);  // the guard
  return area;
}

// The control block is used with interrupts off and by the CPU itself: it must not fault. The thread-local block is
// filled in, and with a page of stack a thread that could be made can run.
bool touch_area(const AreaPlan& plan, uint64_t area, uint64_t stack_size, const Segment* block) {
  const uint64_t first = plan.stack_top - (stack_size != 0 ? kPageSize : 0);
  return touch_bytes(area + first, area + plan.stack_top) &&
         touch_bytes(area + plan.block, area + plan.block + (block != nullptr ? block->size : 0)) &&
         touch_bytes(area + plan.control, area + plan.size);
}

void copy_bytes(uint64_t to, uint64_t from, uint64_t size) {
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size)::"memory");
}

}  // namespace

Thread* make_thread_area(uint64_t stack_size, AddressRange& range) {
  const Segment* block = find_segment(Segment::ThreadLocal);
  if (stack_size > kLargestPart || (block != nullptr && block->alignment > kLargestPart)) return nullptr;
  const AreaPlan plan = plan_area(stack_size, block);
  const uint64_t area = map_area(plan, range);
  if (area == 0) return nullptr;
  if (!touch_area(plan, area, stack_size, block)) {
    unmap_range(area, plan.size / kPageSize);
    return nullptr;
  }
  if (block != nullptr) copy_bytes(area + plan.block, block->address, block->file_size);
  auto* thread = reinterpret_cast<Thread*>(area + plan.control);
  thread->self = thread;
  thread->stack_guard = (read_tsc() ^ area) * 0x9e3779b97f4a7c15 & ~uint64_t{0xff};  // no string contains the zero byte
  thread->area = area;
  thread->area_pages = plan.size / kPageSize;
  thread->stack_top = area + plan.stack_top;
  thread->extended_state = reinterpret_cast<uint8_t*>(area + plan.extended_state);
  return thread;
}

void free_thread_area(Thread* thread) {
  unmap_range(thread->area, thread->area_pages);
}

}  // namespace xrt XRT_HIDDEN
