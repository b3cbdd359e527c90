// GDT, TSS and IDT are filled in, and the stacks of traps mapped.
#include "kernel_image/runtime/segments.h"

#include "kernel_image/runtime/include/xrt.h"
#include "kernel_image/runtime/paging.h"

extern "C" {

// The layout is the one programs of the first runtime knew: code, data, FS, and the TSS in two entries.
alignas(16) XRT_HIDDEN uint64_t xrt_gdt[6] = {
    0,
    0x00af9b000000ffff,  // code: present, ring 0, 64-bit
    0x00cf93000000ffff,  // data: present, ring 0, writable
    0x00cf93000000ffff,  // FS: as data; the base is filled in
};

// Entry points of the vectors, 16 bytes each, and the stack of interrupt handlers: traps.S.
XRT_HIDDEN extern const char xrt_trap_entries[];
XRT_HIDDEN extern uint64_t xrt_interrupt_stack_top;

// The TSS, where traps.S moves the exceptions' stack down and up again.
struct [[gnu::packed]] TaskState {
  uint32_t reserved0;
  uint64_t ring_stacks[3];
  uint64_t reserved1;
  uint64_t interrupt_stacks[7];
  uint64_t reserved2;
  uint16_t reserved3;
  uint16_t io_map_base;
};
static_assert(sizeof(TaskState) == 104);
alignas(16) XRT_HIDDEN TaskState xrt_task_state;
}

namespace xrt XRT_HIDDEN {

namespace {

struct Gate {
  uint16_t offset_low;
  uint16_t selector;
  uint8_t stack;
  uint8_t type;
  uint16_t offset_middle;
  uint32_t offset_high;
  uint32_t reserved;
};
static_assert(sizeof(Gate) == 16);

alignas(16) Gate gates[XRT_VECTORS];

struct [[gnu::packed]] TablePointer {
  uint16_t limit;
  uint64_t base;
};

constexpr unsigned kEntrySize = 16;
constexpr uint8_t kInterruptGate = 0x8e;  // present, ring 0, interrupts off
constexpr uint64_t kTaskDescriptor = 0x89;

// Each stack of traps has an unmapped page below it.
constexpr uint64_t kStacks = kRuntimeArea;

uint64_t map_stack(uint64_t& next, unsigned pages) {
  next += kPageSize;
  for (unsigned i = 0; i < pages; ++i, next += kPageSize) map_new_page(next);
  return next;
}

TrapStack stack_of(unsigned vector) {
  switch (vector) {
    case 2:
      return TrapStack::Nmi;
    case 8:
      return TrapStack::DoubleFault;
    case 18:
      return TrapStack::MachineCheck;
    default:
      return vector < 32 ? TrapStack::Exception : TrapStack::Interrupt;
  }
}

void fill_gates() {
  for (unsigned vector = 0; vector < XRT_VECTORS; ++vector) {
    const auto entry = reinterpret_cast<uint64_t>(xrt_trap_entries) + vector * kEntrySize;
    gates[vector] = {static_cast<uint16_t>(entry),
                     kCodeSelector,
                     static_cast<uint8_t>(stack_of(vector)),
                     kInterruptGate,
                     static_cast<uint16_t>(entry >> 16),
                     static_cast<uint32_t>(entry >> 32),
                     0};
  }
}

void set_stack(TrapStack stack, uint64_t top) {
  xrt_task_state.interrupt_stacks[static_cast<int>(stack) - 1] = top;
}

void fill_task_state() {
  uint64_t next = kStacks;
  set_stack(TrapStack::Exception, map_stack(next, 2));
  xrt_interrupt_stack_top = map_stack(next, 1);
  set_stack(TrapStack::DoubleFault, map_stack(next, 1));
  set_stack(TrapStack::Nmi, map_stack(next, 1));
  set_stack(TrapStack::MachineCheck, map_stack(next, 1));
  xrt_task_state.io_map_base = sizeof(TaskState);  // behind the limit: none
}

constexpr uint64_t descriptor_base(uint64_t base) {
  return (base & 0xffffff) << 16 | (base >> 24 & 0xff) << 56;
}

void fill_gdt() {
  const auto task = reinterpret_cast<uint64_t>(&xrt_task_state);
  xrt_gdt[kTaskSelector / 8] = (sizeof(TaskState) - 1) | descriptor_base(task) | kTaskDescriptor << 40;
  xrt_gdt[kTaskSelector / 8 + 1] = task >> 32;
}

void load_segment_registers() {
  asm volatile(
      "mov %0, %%ds\n"
      "mov %0, %%es\n"
      "mov %0, %%ss\n"
      "pushq %1\n"
      "leaq 1f(%%rip), %%rax\n"
      "pushq %%rax\n"
      "lretq\n"
      "1: ltr %w2\n" ::"r"(static_cast<uint32_t>(kDataSelector)),
      "i"(kCodeSelector), "r"(static_cast<uint32_t>(kTaskSelector))
      : "rax", "memory");
}

}  // namespace

void load_descriptor_tables() {
  fill_gdt();
  fill_task_state();
  fill_gates();
  const TablePointer gdt = {sizeof(xrt_gdt) - 1, reinterpret_cast<uint64_t>(xrt_gdt)};
  const TablePointer idt = {sizeof(gates) - 1, reinterpret_cast<uint64_t>(gates)};
  asm volatile("lgdt %0; lidt %1" ::"m"(gdt), "m"(idt));
  load_segment_registers();
}

void load_thread_pointer(uint64_t thread_pointer) {
  constexpr uint64_t kBaseBits = 0xff0000ffffff0000;
  uint64_t& descriptor = xrt_gdt[kFsSelector / 8];
  descriptor &= ~kBaseBits;
  if (thread_pointer >> 32 == 0) descriptor |= descriptor_base(thread_pointer);
  asm volatile("mov %0, %%fs" ::"r"(static_cast<uint32_t>(kFsSelector)) : "memory");
  if (read_msr(Msr::FsBase) != thread_pointer) write_msr(Msr::FsBase, thread_pointer);
}

void set_interrupt_stack(uint64_t top) {
  set_stack(TrapStack::Interrupt, top);
}

}  // namespace xrt XRT_HIDDEN
