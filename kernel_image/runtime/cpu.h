// The instructions and registers that C++ has no words for, each as one inline function.
//
// Names and numbers follow the Intel SDM, volumes 2 and 3.
#pragma once

#include <stdint.h>

#define XRT_HIDDEN __attribute__((visibility("hidden")))

namespace xrt XRT_HIDDEN {

inline constexpr uint64_t kPageSize = 4096;

inline constexpr uint64_t kFlagInterrupts = 1 << 9;  // RFLAGS.IF

enum class Msr : uint32_t { ApicBase = 0x1b, Efer = 0xc0000080, FsBase = 0xc0000100 };

inline void write_port8(uint16_t port, uint8_t value) {
  asm volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}
inline void write_port16(uint16_t port, uint16_t value) {
  asm volatile("outw %0, %1" ::"a"(value), "Nd"(port));
}
inline void write_port32(uint16_t port, uint32_t value) {
  asm volatile("outl %0, %1" ::"a"(value), "Nd"(port));
}
inline uint8_t read_port8(uint16_t port) {
  uint8_t value;
  asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

inline uint64_t read_msr(Msr msr) {
  uint32_t low, high;
  asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(static_cast<uint32_t>(msr)));
  return static_cast<uint64_t>(high) << 32 | low;
}
inline void write_msr(Msr msr, uint64_t value) {
  asm volatile("wrmsr" ::"c"(static_cast<uint32_t>(msr)), "a"(static_cast<uint32_t>(value)),
               "d"(static_cast<uint32_t>(value >> 32))
               : "memory");
}

struct CpuId {
  uint32_t a, b, c, d;
};
inline CpuId read_cpuid(uint32_t leaf, uint32_t subleaf = 0) {
  CpuId id;
  asm volatile("cpuid" : "=a"(id.a), "=b"(id.b), "=c"(id.c), "=d"(id.d) : "a"(leaf), "c"(subleaf));
  return id;
}

inline uint64_t read_tsc() {
  uint32_t low, high;
  asm volatile("lfence; rdtsc" : "=a"(low), "=d"(high)::"memory");
  return static_cast<uint64_t>(high) << 32 | low;
}

inline uint64_t read_cr0() {
  uint64_t value;
  asm volatile("mov %%cr0, %0" : "=r"(value));
  return value;
}
inline uint64_t read_cr2() {
  uint64_t value;
  asm volatile("mov %%cr2, %0" : "=r"(value));
  return value;
}
inline uint64_t read_cr3() {
  uint64_t value;
  asm volatile("mov %%cr3, %0" : "=r"(value));
  return value;
}
inline uint64_t read_cr4() {
  uint64_t value;
  asm volatile("mov %%cr4, %0" : "=r"(value));
  return value;
}
inline void write_cr0(uint64_t value) {
  asm volatile("mov %0, %%cr0" ::"r"(value) : "memory");
}
inline void write_cr4(uint64_t value) {
  asm volatile("mov %0, %%cr4" ::"r"(value) : "memory");
}

inline void forget_translation(uint64_t address) {
  asm volatile("invlpg (%0)" ::"r"(address) : "memory");
}

inline uint64_t read_flags() {
  uint64_t flags;
  asm volatile("pushfq; popq %0" : "=r"(flags)::"memory");
  return flags;
}
inline void disable_interrupts() {
  asm volatile("cli" ::: "memory");
}
inline void enable_interrupts() {
  asm volatile("sti" ::: "memory");
}

[[noreturn]] inline void halt_forever() {
  for (;;) asm volatile("cli; hlt" ::: "memory");
}

// Interrupts stay off while an object of this class lives. With one CPU this is the lock around the runtime's own
// data; with more of them a spin lock belongs into it.
class InterruptLock {
 public:
  InterruptLock() : flags_(read_flags()) { disable_interrupts(); }
  ~InterruptLock() {
    if (flags_ & kFlagInterrupts) enable_interrupts();
  }
  InterruptLock(const InterruptLock&) = delete;
  InterruptLock& operator=(const InterruptLock&) = delete;

 private:
  uint64_t flags_;
};

}  // namespace xrt XRT_HIDDEN
