// Memory and registers of the program. See machine.h.
#include "tests/osrun/machine.h"

#include <cerrno>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/osrun/report.h"

namespace osrun {

namespace {
constexpr uint64_t kCarry = 1;
constexpr int kLastCommonError = 34;  // all systems count alike up to here, but for EAGAIN
constexpr ErrorRow kCommonErrors[] = {
    {EAGAIN, kEAGAIN},         {EDEADLK, 11},           {ENAMETOOLONG, 63}, {ENOSYS, 78}, {ENOTEMPTY, 66}, {ELOOP, 62},
    {EOPNOTSUPP, kEOPNOTSUPP}, {ETIMEDOUT, kETIMEDOUT}, {EDQUOT, 69},       {ESTALE, 70},
};
}  // namespace

bool Machine::read(uint64_t address, void* bytes, size_t size) const {
  return pread(memory, bytes, size, static_cast<off_t>(address)) == static_cast<ssize_t>(size);
}

bool Machine::write(uint64_t address, const void* bytes, size_t size) const {
  return pwrite(memory, bytes, size, static_cast<off_t>(address)) == static_cast<ssize_t>(size);
}

Thread* Machine::find_thread(uint32_t number) {
  for (auto& [id, thread] : threads)
    if (thread.number == number) return &thread;
  return nullptr;
}

Registers get_registers(const Thread& thread) {
  Registers registers;
  ptrace(PTRACE_GETREGS, thread.id, 0, &registers);
  return registers;
}

void set_registers(const Thread& thread, const Registers& registers) {
  ptrace(PTRACE_SETREGS, thread.id, 0, &registers);
}

void resume(const Thread& thread, int signal) {
  ptrace(PTRACE_SYSCALL, thread.id, 0, signal);
}

Answer failed_as_linux(const Machine& machine, int linux_error) {
  for (const std::span<const ErrorRow> rows : {machine.system.errors, std::span<const ErrorRow>(kCommonErrors)})
    for (const ErrorRow& row : rows)
      if (row.linux_number == linux_error) return failed(row.own_number);
  if (linux_error > kLastCommonError) stop(kUnsupportedStatus, "Linux's error %d has no number here", linux_error);
  return failed(static_cast<uint64_t>(linux_error));
}

namespace {

// Linux's calls have other numbers for a program of 32 bits.
struct NumberRow {
  uint16_t number = 0, number_386 = 0;
};
constexpr uint16_t kMmap2 = 192;  // counts pages of the file
constexpr NumberRow kNumbers386[] = {
    {SYS_exit, 1},
    {SYS_read, 3},
    {SYS_write, 4},
    {SYS_close, 6},
    {SYS_getpid, 20},
    {SYS_munmap, 91},
    {SYS_clone, 120},
    {SYS_mprotect, 125},
    {SYS_sched_yield, 158},
    {SYS_mmap, kMmap2},
    {SYS_set_thread_area, 243},
    {SYS_exit_group, 252},
    {SYS_futex, 422},  // the one with times of 64 bits
};

uint16_t number_386(uint64_t number) {
  for (const NumberRow& row : kNumbers386)
    if (row.number == number) return row.number_386;
  stop(kUnsupportedStatus, "Linux's call %lu is not known for programs of 32 bits", number);
}

}  // namespace

void set_call(Registers& registers, const Machine& machine, uint64_t number, const uint64_t* arguments) {
  if (machine.image.word_size == 8) {
    registers.orig_rax = number;
    registers.rdi = arguments[0], registers.rsi = arguments[1], registers.rdx = arguments[2];
    registers.r10 = arguments[3], registers.r8 = arguments[4], registers.r9 = arguments[5];
    return;
  }
  constexpr int kPageShift = 12;
  registers.orig_rax = number_386(number);
  registers.rbx = arguments[0], registers.rcx = arguments[1], registers.rdx = arguments[2];
  registers.rsi = arguments[3], registers.rdi = arguments[4], registers.rbp = arguments[5];
  if (number == SYS_mmap) registers.rbp = arguments[5] >> kPageShift;
}

// On the 386 all are above the return address, and one of 64 bits is two.
Arguments get_arguments(const Machine& machine, const Registers& registers) {
  Arguments arguments;
  const uint64_t word = machine.image.word_size, first = registers.rsp + word;
  if (word == 8) arguments = {{registers.rdi, registers.rsi, registers.rdx, registers.r10, registers.r8, registers.r9}};
  const int in_registers = word == 8 ? 6 : 0;
  for (int i = in_registers; i < 8; i++)
    arguments.value[i] = machine.get_word(first + static_cast<uint64_t>(i - in_registers) * word).value_or(0);
  return arguments;
}

int64_t get_result(const Registers& registers, const Machine& machine) {
  const auto result = static_cast<int64_t>(registers.rax);
  if (machine.image.word_size == 8) return result;
  const auto narrow = static_cast<int32_t>(registers.rax);
  return narrow < 0 && narrow > -4096 ? narrow : static_cast<int64_t>(static_cast<uint32_t>(registers.rax));
}

uint64_t SharedPage::put_descriptor(uint32_t index, uint64_t base) const {
  constexpr uint32_t kEntry = kThreadSelector >> 3, kAllMemory = 0xfffff;
  constexpr uint32_t kOf32Bits = 1, kCountsPages = 0x10, kIsUsable = 0x40;
  const uint64_t place = kDescriptors + index % kWords * sizeof(Descriptor);
  *reinterpret_cast<Descriptor*>(local + place) = {kEntry, static_cast<uint32_t>(base), kAllMemory,
                                                   kOf32Bits | kCountsPages | kIsUsable};
  return remote + place;
}

// Processors of today keep the base beside the selector, and so does Linux.
void select_thread(Registers& registers, uint64_t base) {
  registers.gs = kThreadSelector;
  registers.gs_base = base;
}

Answer set_gs_base(Machine& machine, Thread& thread, uint64_t base) {
  select_thread(thread.at_entry, base);
  return {.kind = Answer::Kind::Forwarded,
          .number = SYS_set_thread_area,
          .arguments = {machine.page.put_descriptor(thread.number, base)}};
}

// All systems: the carry flag tells an error from a result.
void set_result(Registers& registers, const System& system, const Answer& answer) {
  registers.rax = answer.value;
  registers.eflags &= ~kCarry;
  if (answer.kind == Answer::Kind::Failed) registers.eflags |= kCarry;
  if (system.word_size == 4) return;
  registers.rcx = registers.rip;
  registers.r11 = registers.eflags;
  if (system.clears_scratch) registers.r8 = registers.r9 = registers.r10 = 0;
}

}  // namespace osrun
