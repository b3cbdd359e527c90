// Memory and registers of the program. See machine.h.
#include "tests/osrun/machine.h"

#include <cerrno>
#include <sys/ptrace.h>
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

// All four systems: the carry flag tells an error from a result.
void set_result(Registers& registers, const System& system, const Answer& answer) {
  registers.rax = answer.value;
  registers.eflags &= ~kCarry;
  if (answer.kind == Answer::Kind::Failed) registers.eflags |= kCarry;
  registers.rcx = registers.rip;
  registers.r11 = registers.eflags;
  if (system.clears_scratch) registers.r8 = registers.r9 = registers.r10 = 0;
}

}  // namespace osrun
