// The descriptor tables: GDT, TSS and IDT (Intel SDM volume 3, 3.5, 6.14 and 7.7).
//
// Every trap changes to a stack the TSS names, so programs may use the red zone below their stack pointer, and a stack
// that overflows is reported on another one. Exceptions share a stack and move its start down while they are handled,
// so that they nest; interrupts (vector 32 and above) save registers in the current thread; double faults, NMIs and
// machine checks have a stack each.
#pragma once

#include "kernel_image/runtime/cpu.h"

namespace xrt XRT_HIDDEN {

inline constexpr uint16_t kCodeSelector = 0x08;
inline constexpr uint16_t kDataSelector = 0x10;
inline constexpr uint16_t kFsSelector = 0x18;
inline constexpr uint16_t kTaskSelector = 0x20;

enum class TrapStack : uint8_t { Exception = 1, Interrupt = 2, DoubleFault = 3, Nmi = 4, MachineCheck = 5 };

// Loads all three tables and the segment registers.
void load_descriptor_tables();

// Loads FS so that its base is the thread pointer: by its descriptor where that has room for it (the first 4 GiB), and
// by the MSR.
void load_thread_pointer(uint64_t thread_pointer);

// Where interrupts save registers from now on: the end of the current thread's frame.
void set_interrupt_stack(uint64_t top);

}  // namespace xrt XRT_HIDDEN
