// The registers of the local APIC, in memory.
#include "kernel_image/runtime/lapic.h"

#include <initializer_list>

#include "kernel_image/runtime/fault.h"
#include "kernel_image/runtime/include/xrt.h"
#include "kernel_image/runtime/paging.h"

namespace xrt XRT_HIDDEN {

namespace {

enum class Register : uint32_t {
  TaskPriority = 0x80,
  EndOfInterrupt = 0xb0,
  Spurious = 0xf0,
  LocalCmci = 0x2f0,
  LocalTimer = 0x320,
  LocalThermal = 0x330,
  LocalPerformance = 0x340,
  LocalLine0 = 0x350,
  LocalLine1 = 0x360,
  LocalError = 0x370,
  TimerInitial = 0x380,
  TimerCurrent = 0x390,
  TimerDivide = 0x3e0,
};

constexpr uint32_t kMasked = 1 << 16;
constexpr uint32_t kSoftwareEnable = 1 << 8;
constexpr uint32_t kDivideByOne = 0xb;
constexpr uint32_t kOneShot = 0;

constexpr uint32_t kHasLapic = 1 << 9;          // CPUID 1, EDX
constexpr uint64_t kGloballyEnabled = 1 << 11;  // in the base MSR
constexpr uint64_t kX2Mode = 1 << 10;

uint64_t base;

volatile uint32_t& at(Register which) {
  return *reinterpret_cast<volatile uint32_t*>(base + static_cast<uint32_t>(which));
}

// The mode in which registers are MSRs can only be left by way of off.
void choose_memory_mode(uint64_t setting) {
  if (setting & kX2Mode) write_msr(Msr::ApicBase, setting & ~(kX2Mode | kGloballyEnabled));
  write_msr(Msr::ApicBase, (setting & ~kX2Mode) | kGloballyEnabled);
}

}  // namespace

void start_lapic() {
  if (base != 0) return;
  if (!(read_cpuid(1).d & kHasLapic))
    end_with_message("this CPU has no local APIC, which clocks and threads need", XRT_EXIT_PANIC);
  const uint64_t setting = read_msr(Msr::ApicBase);
  choose_memory_mode(setting);
  const uint64_t physical = setting & kFrameBits;
  if (!map_page(physical, physical | kWritable | kNoExecute | kUncached)) end_without_memory();
  base = physical;
  for (const Register source :
       {Register::LocalCmci, Register::LocalTimer, Register::LocalThermal, Register::LocalPerformance,
        Register::LocalLine0, Register::LocalLine1, Register::LocalError})
    at(source) = kMasked;
  at(Register::TaskPriority) = 0;
  at(Register::Spurious) = kSoftwareEnable | XRT_VECTOR_SPURIOUS;
  at(Register::TimerDivide) = kDivideByOne;
  at(Register::LocalTimer) = kOneShot | XRT_VECTOR_TIMER;
}

void end_interrupt() {
  at(Register::EndOfInterrupt) = 0;
}

void start_lapic_timer(uint32_t ticks) {
  at(Register::TimerInitial) = ticks;
}

uint32_t lapic_ticks_left() {
  return at(Register::TimerCurrent);
}

}  // namespace xrt XRT_HIDDEN
