// Reports of exceptions: registers, the top of the stack, and a backtrace along the frame pointers.
#include "kernel_image/runtime/fault.h"

#include "kernel_image/runtime/console.h"
#include "kernel_image/runtime/paging.h"
#include "kernel_image/runtime/symbols.h"

namespace xrt XRT_HIDDEN {

namespace {

constexpr const char* kExceptionNames[] = {
    "divide error",
    "debug exception",
    "non-maskable interrupt",
    "breakpoint",
    "overflow",
    "bound range exceeded",
    "invalid opcode",
    "device not available",
    "double fault",
    "coprocessor segment overrun",
    "invalid TSS",
    "segment not present",
    "stack fault",
    "general protection",
    "page fault",
    "reserved exception",
    "x87 floating-point error",
    "alignment check",
    "machine check",
    "SIMD floating-point error",
    "virtualization exception",
};

const char* exception_name(uint64_t vector) {
  constexpr uint64_t kNames = sizeof(kExceptionNames) / sizeof(kExceptionNames[0]);
  return vector < kNames ? kExceptionNames[vector] : "reserved exception";
}

constexpr uint64_t kPageFault = 14;

bool is_reporting;  // a fault while a fault is reported ends the report

void print_register(const char* name, uint64_t value) {
  print(name);
  print_hex(value, 16);
}

void print_registers(const xrt_frame& frame) {
  struct Column {
    const char* name;
    uint64_t value;
  };
  const Column columns[] = {
      {"  rax ", frame.rax}, {"  rbx ", frame.rbx},    {"  rcx ", frame.rcx},     {"  rdx ", frame.rdx},
      {"  rsi ", frame.rsi}, {"  rdi ", frame.rdi},    {"  rbp ", frame.rbp},     {"  rsp ", frame.rsp},
      {"  r8  ", frame.r8},  {"  r9  ", frame.r9},     {"  r10 ", frame.r10},     {"  r11 ", frame.r11},
      {"  r12 ", frame.r12}, {"  r13 ", frame.r13},    {"  r14 ", frame.r14},     {"  r15 ", frame.r15},
      {"  rip ", frame.rip}, {"  rfl ", frame.rflags}, {"  fs  ", frame.fs_base}, {"  cr2 ", read_cr2()},
      {"  cs  ", frame.cs},  {"  ss  ", frame.ss},     {"  cr3 ", read_cr3()},    {"  err ", frame.error},
  };
  constexpr unsigned kPerLine = 4;
  unsigned printed = 0;
  for (const Column& column : columns) {
    print_register(column.name, column.value);
    if (++printed % kPerLine == 0) print("\n");
  }
}

void print_stack(uint64_t address) {
  constexpr unsigned kWords = 8;
  print("stack:");
  address &= ~uint64_t{7};
  for (unsigned i = 0; i < kWords; ++i, address += sizeof(uint64_t)) {
    if (!is_mapped(address)) {
      print(" (not mapped)");
      break;
    }
    if (i % 4 == 0) print(i == 0 ? "" : "\n      ");
    print(" ");
    print_hex(*reinterpret_cast<const uint64_t*>(address), 16);
  }
  print("\n");
}

void print_place(uint64_t address) {
  print("  ");
  print_hex(address, 16);
  const FoundSymbol symbol = find_symbol(address);
  if (symbol.name != nullptr) {
    print(" ");
    print(symbol.name);
    print("+0x");
    print_hex(symbol.offset, 4);
  }
  print("\n");
}

// The frame pointer points to the caller's, and the return address is the word above.
void print_callers(uint64_t frame_pointer) {
  constexpr unsigned kMaxFrames = 16;
  for (unsigned i = 0; i < kMaxFrames && frame_pointer % sizeof(uint64_t) == 0; ++i) {
    if (!is_mapped(frame_pointer) || !is_mapped(frame_pointer + sizeof(uint64_t))) break;
    const auto* words = reinterpret_cast<const uint64_t*>(frame_pointer);
    if (words[1] == 0) break;
    print_place(words[1] - 1);  // in the call, not behind it
    if (words[0] <= frame_pointer) break;
    frame_pointer = words[0];
  }
}

}  // namespace

void report_fault(const xrt_frame& frame) {
  disable_interrupts();
  if (is_reporting) end_with_message("another fault while one was reported", XRT_EXIT_FAULT);
  is_reporting = true;
  print("\nxrt: ");
  print(exception_name(frame.vector));
  print(", vector ");
  print_decimal(frame.vector);
  if (frame.vector == kPageFault) {
    print(frame.error & 1 ? ", not allowed: " : ", nothing mapped: ");
    print(frame.error & 16 ? "execute " : frame.error & 2 ? "write " : "read ");
    print_hex(read_cr2(), 16);
  }
  print("\n");
  print_registers(frame);
  print_stack(frame.rsp);
  print("backtrace:\n");
  print_place(frame.rip);
  print_callers(frame.rbp);
  xrt_power_off(XRT_EXIT_FAULT);
}

void end_with_message(const char* text, int exit_value) {
  print("\nxrt: ");
  print(text);
  print("\n");
  xrt_power_off(exit_value);
}

void end_without_memory() {
  end_with_message("out of memory", XRT_EXIT_OUT_OF_MEMORY);
}

}  // namespace xrt XRT_HIDDEN

void xrt_panic(const char* text) {
  using namespace xrt;
  disable_interrupts();
  print("\nxrt: panic: ");
  print(text);
  print("\nbacktrace:\n");
  print_callers(reinterpret_cast<uint64_t>(__builtin_frame_address(0)));
  xrt_power_off(XRT_EXIT_PANIC);
}
