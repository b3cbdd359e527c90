// Files, memory, time, the thread pointer, and sending signals. See calls.h.
#include "tests/osrun/calls.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include "tests/osrun/machine.h"
#include "tests/osrun/report.h"

namespace osrun::calls {

namespace {

constexpr int kWriteExecute = PROT_WRITE | PROT_EXEC;

// What the system makes of memory that is to be writable and executable. False: it refuses.
bool allow_protection(const Machine& machine, uint64_t& protection) {
  if ((protection & kWriteExecute) != kWriteExecute || machine.image.may_write_and_execute) return true;
  if (machine.system.write_execute == WriteExecute::Refused) return false;
  if (machine.system.write_execute == WriteExecute::Dropped) protection &= ~uint64_t{PROT_EXEC};
  return true;
}

Answer map(Machine& machine, const Arguments& a, uint64_t offset) {
  uint64_t protection = a[2];
  if (!allow_protection(machine, protection)) return failed(machine.system.not_supported);
  uint64_t rest = static_cast<uint32_t>(a[3]), flags = 0;
  for (const MapFlagRow& row : machine.system.map_flags) {
    if (!(rest & row.own_flag)) continue;
    rest &= ~uint64_t{row.own_flag};
    flags |= row.linux_flag;
  }
  if (rest != 0) return failed(kEINVAL);
  if (!(flags & (MAP_SHARED | MAP_PRIVATE))) flags |= MAP_PRIVATE;
  const int file = static_cast<int>(a[4]);
  if ((flags & MAP_ANONYMOUS) && file != -1 && machine.system.anonymous_wants_no_file) return failed(kEINVAL);
  return {.kind = Answer::Kind::Forwarded,
          .number = SYS_mmap,
          .arguments = {a[0], a[1], protection, flags, flags & MAP_ANONYMOUS ? ~uint64_t{0} : a[4], offset}};
}

Answer send(Machine& machine, const Thread* thread, uint64_t signal) {
  const int number = linux_signal(static_cast<int>(signal));
  if (number < 0) return failed(kEINVAL);
  if (!thread) return failed(kESRCH);
  return {.kind = Answer::Kind::Forwarded,
          .number = SYS_tgkill,
          .arguments = {static_cast<uint64_t>(machine.process), static_cast<uint64_t>(thread->id),
                        static_cast<uint64_t>(number)}};
}

}  // namespace

Answer lseek_padded(Machine&, Thread&, const Arguments& a) {
  return {.kind = Answer::Kind::Forwarded, .number = SYS_lseek, .arguments = {a[0], a[2], a[3]}};
}

Answer mmap(Machine& machine, Thread&, const Arguments& a) {
  return map(machine, a, a[5]);
}

Answer mmap_padded(Machine& machine, Thread&, const Arguments& a) {
  return map(machine, a, a[6]);
}

Answer mprotect(Machine& machine, Thread&, const Arguments& a) {
  uint64_t protection = a[2];
  if (!allow_protection(machine, protection)) return failed(machine.system.not_supported);
  return {.kind = Answer::Kind::Forwarded, .number = SYS_mprotect, .arguments = {a[0], a[1], protection}};
}

Answer clock_gettime(Machine& machine, Thread&, const Arguments& a) {
  for (const ClockRow& row : machine.system.clocks) {
    if (row.own_number != static_cast<uint32_t>(a[0])) continue;
    timespec now = {};
    ::clock_gettime(row.linux_number, &now);
    return machine.put(a[1], now) ? done() : failed(kEFAULT);
  }
  return failed(kEINVAL);
}

Answer sysarch(Machine& machine, Thread& thread, const Arguments& a) {
  for (const BaseRow& row : machine.system.bases) {
    if (row.operation != static_cast<uint32_t>(a[0])) continue;
    if (!row.sets) return machine.put(a[1], thread.at_entry.*row.base) ? done() : failed(kEFAULT);
    const auto base = machine.get_word(a[1]);
    if (!base) return failed(kEFAULT);
    if (machine.image.word_size == 4) return set_gs_base(machine, thread, *base);
    if (*base >> 47 != 0) return failed(kEINVAL);
    thread.at_entry.*row.base = *base;
    return done();
  }
  return failed(machine.system.unknown_base);
}

// On the 386, where an offset of 64 bits is two arguments.
Answer mmap_386(Machine& machine, Thread&, const Arguments& a) {
  return map(machine, a, a[5] | a[6] << 32);
}

Answer mmap_padded_386(Machine& machine, Thread&, const Arguments& a) {
  return map(machine, a, a[6] | a[7] << 32);
}

Answer set_thread_pointer(Machine& machine, Thread& thread, const Arguments& a) {
  if (machine.image.word_size == 4) return set_gs_base(machine, thread, a[0]);
  if (a[0] >> 47 != 0) return failed(kEINVAL);
  thread.at_entry.fs_base = a[0];
  return done();
}

Answer get_thread_pointer(Machine&, Thread& thread, const Arguments&) {
  return done(thread.at_entry.fs_base);
}

Answer kill(Machine& machine, Thread&, const Arguments& a) {
  const int number = linux_signal(static_cast<int>(a[1]));
  if (number < 0) return failed(kEINVAL);
  // A thread's number is a process's, too, for the OpenBSD whose threads were processes.
  if (const Thread* thread = machine.find_thread(static_cast<uint32_t>(a[0]))) return send(machine, thread, a[1]);
  return {.kind = Answer::Kind::Forwarded, .number = SYS_kill, .arguments = {a[0], static_cast<uint64_t>(number)}};
}

Answer kill_thread(Machine& machine, Thread& thread, const Arguments& a) {
  return send(machine, a[0] == 0 ? &thread : machine.find_thread(static_cast<uint32_t>(a[0])), a[1]);
}

Answer kill_thread_of(Machine& machine, Thread&, const Arguments& a) {
  const int process = static_cast<int>(a[0]);
  if (process != -1 && process != machine.process) return failed(kESRCH);
  return send(machine, machine.find_thread(static_cast<uint32_t>(a[1])), a[2]);
}

Answer thread_number(Machine&, Thread& thread, const Arguments&) {
  return done(thread.number);
}

Answer end_calling_thread(Machine&, Thread&, const Arguments&) {
  return end_thread();
}

}  // namespace osrun::calls
