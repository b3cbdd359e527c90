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

void copy_bytes(uint64_t to, uint64_t from, uint64_t size) {
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size)::"memory");
}

}  // namespace

Thread* make_thread_area(uint64_t stack_size, AddressRange& range) {
  const Segment* block = find_segment(Segment::ThreadLocal);
  const AreaPlan plan = plan_area(stack_size, block);
  const uint64_t pages = (plan.size + plan.alignment - kPageSize) / kPageSize;
  const uint64_t found = find_empty(range, pages);
  if (found == 0) return nullptr;
  const uint64_t area = round_up(found, plan.alignment);
  const uint64_t area_pages = plan.size / kPageSize;
  if (map_zeros(area, area_pages, kReadWrite, Backing::OnDemand) != 0) return nullptr;
  protect_range(area, 1, kNoRights);  // the guard
  // The control block is used with interrupts off and by the CPU itself: it must not fault. The thread-local block is
  // filled in below, and with a page of stack a thread that could be made can run.
  const uint64_t needed = area + plan.stack_top - (stack_size != 0 ? kPageSize : 0);
  if (!touch_range(needed, (area + plan.size - needed) / kPageSize)) {
    unmap_range(area, area_pages);
    return nullptr;
  }
  if (block != nullptr) copy_bytes(area + plan.block, block->address, block->file_size);
  auto* thread = reinterpret_cast<Thread*>(area + plan.control);
  thread->self = thread;
  thread->stack_guard = (read_tsc() ^ area) * 0x9e3779b97f4a7c15 & ~uint64_t{0xff};  // no string contains the zero byte
  thread->area = area;
  thread->area_pages = area_pages;
  thread->stack_top = area + plan.stack_top;
  thread->extended_state = reinterpret_cast<uint8_t*>(area + plan.extended_state);
  return thread;
}

void free_thread_area(Thread* thread) {
  unmap_range(thread->area, thread->area_pages);
}

}  // namespace xrt XRT_HIDDEN
