// NetBSD/amd64 (9): sys/kern/syscalls.master, sys/arch/amd64/include/mcontext.h and frame_regs.h, sys/sys/lwp.h.
#include <cstring>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "tests/osrun/calls.h"
#include "tests/osrun/machine.h"
#include "tests/osrun/report.h"

namespace osrun {

namespace {

constexpr uint16_t kContextFlags = 0, kGeneral = 56, kTlsBase = kGeneral + 26 * 8, kFloatingPoint = kTlsBase + 8;
constexpr uint16_t kContextSize = kFloatingPoint + 512;
constexpr uint32_t kHasCpu = 4, kHasTlsBase = 0x80000;
constexpr uint32_t kFilledFlags = 0x1 | 0x2 | kHasCpu | 0x8;  // the mask, the stack, the registers, the FPU's

constexpr uint16_t general(int index) {
  return static_cast<uint16_t>(kGeneral + index * 8);
}

// In ucontext_t, in the order of the _REG_ numbers.
constexpr RegisterPlace kRegisters[] = {
    {&Registers::rdi, general(0)},  {&Registers::rsi, general(1)},     {&Registers::rdx, general(2)},
    {&Registers::rcx, general(3)},  {&Registers::r8, general(4)},      {&Registers::r9, general(5)},
    {&Registers::r10, general(6)},  {&Registers::r11, general(7)},     {&Registers::r12, general(8)},
    {&Registers::r13, general(9)},  {&Registers::r14, general(10)},    {&Registers::r15, general(11)},
    {&Registers::rbp, general(12)}, {&Registers::rbx, general(13)},    {&Registers::rax, general(14)},
    {&Registers::rip, general(21)}, {&Registers::eflags, general(23)}, {&Registers::rsp, general(24)},
};

Answer lwp_create(Machine& machine, Thread& thread, const Arguments& a) {
  constexpr uint64_t kDetached = 0x40, kSuspended = 0x80;
  if (a[1] & ~(kDetached | kSuspended)) return failed(kEINVAL);
  if (a[1] & kSuspended) stop(kUnsupportedStatus, "_lwp_create: LWP_SUSPENDED is not supported");
  std::string context(kContextSize, '\0');
  if (!machine.read(a[0], context.data(), context.size())) return failed(kEFAULT);
  uint32_t flags = 0;
  std::memcpy(&flags, context.data() + kContextFlags, sizeof flags);
  if (!(flags & kHasCpu)) return failed(kEINVAL);
  Birth birth{.registers = thread.at_entry, .number_address = {a[2], 0}, .mask = thread.mask};
  for (const RegisterPlace& place : kRegisters)
    std::memcpy(&(birth.registers.*place.field), context.data() + place.offset, 8);
  constexpr uint64_t kUserFlags = 0xcd5;
  birth.registers.eflags = (birth.registers.eflags & kUserFlags) | 0x202;
  if (flags & kHasTlsBase) std::memcpy(&birth.registers.fs_base, context.data() + kTlsBase, 8);
  return create_thread(machine, thread, birth, false);
}

// The same on the 386. Of the context, the general registers count.
constexpr uint16_t kGeneral386 = 36, kContextSize386 = kGeneral386 + 19 * 4;

constexpr uint16_t general_386(int index) {
  return static_cast<uint16_t>(kGeneral386 + index * 4);
}

constexpr RegisterPlace kRegisters386[] = {
    {&Registers::rdi, general_386(4)},  {&Registers::rsi, general_386(5)},  {&Registers::rbp, general_386(6)},
    {&Registers::rbx, general_386(8)},  {&Registers::rdx, general_386(9)},  {&Registers::rcx, general_386(10)},
    {&Registers::rax, general_386(11)}, {&Registers::rip, general_386(14)}, {&Registers::rsp, general_386(17)},
};

Answer getcontext_386(Machine& machine, Thread& thread, const Arguments& a) {
  uint32_t words[kContextSize386 / 4] = {kHasCpu};
  for (const RegisterPlace& place : kRegisters386)
    words[place.offset / 4] = static_cast<uint32_t>(thread.at_entry.*place.field);
  return machine.put(a[0], words) ? done() : failed(kEFAULT);
}

Answer lwp_create_386(Machine& machine, Thread& thread, const Arguments& a) {
  constexpr uint64_t kDetached = 0x40;
  if (a[1] & ~kDetached) return failed(kEINVAL);
  uint32_t words[kContextSize386 / 4] = {};
  if (!machine.read(a[0], words, sizeof words)) return failed(kEFAULT);
  if (!(words[0] & kHasCpu)) return failed(kEINVAL);
  Birth birth{.registers = thread.at_entry, .number_address = {a[2], 0}, .mask = thread.mask};
  for (const RegisterPlace& place : kRegisters386) birth.registers.*place.field = words[place.offset / 4];
  return create_thread(machine, thread, birth, false);
}

Answer unpark(Machine& machine, uint32_t number) {
  Thread* other = machine.find_thread(number);
  if (!other) return failed(kESRCH);
  if (other->sleep)
    wake_thread(machine, *other);
  else
    other->may_skip_park = true;
  return done();
}

// Sleeps until unparked. `end` is the address of a time, 0 for none.
Answer park(Machine& machine, Thread& thread, uint64_t end, bool is_absolute, int clock, uint32_t unparked) {
  if (unparked != 0) {
    const Answer answer = unpark(machine, unparked);
    if (answer.kind == Answer::Kind::Failed) return answer;
  }
  if (thread.may_skip_park) {
    thread.may_skip_park = false;
    return failed(kEALREADY);
  }
  const uint64_t channel = uint64_t{thread.number};
  if (end == 0) return sleep_on(machine, thread, channel, nullptr, kETIMEDOUT);
  if (machine.image.word_size == 4) stop(kUnsupportedStatus, "_lwp_park: a timeout on the 386 is not supported");
  const auto time = machine.get<timespec>(end);
  if (!time) return failed(kEFAULT);
  const timespec rest = is_absolute ? time_until(clock, *time) : *time;
  return sleep_on(machine, thread, channel, &rest, kETIMEDOUT);
}

Answer lwp_park50(Machine& machine, Thread& thread, const Arguments& a) {
  return park(machine, thread, a[0], true, CLOCK_REALTIME, static_cast<uint32_t>(a[1]));
}

Answer lwp_park60(Machine& machine, Thread& thread, const Arguments& a) {
  constexpr uint32_t kRealtime = 0, kAbsolute = 1;
  const int clock = static_cast<uint32_t>(a[0]) == kRealtime ? CLOCK_REALTIME : CLOCK_MONOTONIC;
  return park(machine, thread, a[2], (a[1] & kAbsolute) != 0, clock, static_cast<uint32_t>(a[3]));
}

Answer lwp_unpark(Machine& machine, Thread&, const Arguments& a) {
  return unpark(machine, static_cast<uint32_t>(a[0]));
}

Answer lwp_detach(Machine& machine, Thread&, const Arguments& a) {
  return machine.find_thread(static_cast<uint32_t>(a[0])) ? done() : failed(kESRCH);
}

constexpr CallRow kCalls[] = {
    {1, "exit", calls::forward<SYS_exit_group>},
    {3, "read", calls::forward<SYS_read>},
    {4, "write", calls::forward<SYS_write>},
    {6, "close", calls::forward<SYS_close>},
    {20, "getpid", calls::forward<SYS_getpid>},
    {37, "kill", calls::kill},
    {73, "munmap", calls::forward<SYS_munmap>},
    {74, "mprotect", calls::mprotect},
    {165, "sysarch", calls::sysarch},
    {197, "mmap", calls::mmap_padded},
    {199, "lseek", calls::lseek_padded},
    {281, "__sigaltstack14", calls::sigaltstack},
    {293, "__sigprocmask14", calls::sigprocmask},
    {307, "getcontext", calls::getcontext},
    {308, "setcontext", calls::setcontext},
    {309, "_lwp_create", lwp_create},
    {310, "_lwp_exit", calls::end_calling_thread},
    {311, "_lwp_self", calls::thread_number},
    {316, "_lwp_getprivate", calls::get_thread_pointer},
    {317, "_lwp_setprivate", calls::set_thread_pointer},
    {318, "_lwp_kill", calls::kill_thread},
    {319, "_lwp_detach", lwp_detach},
    {321, "_lwp_unpark", lwp_unpark},
    {340, "__sigaction_sigtramp", calls::sigaction_sigtramp},
    {350, "sched_yield", calls::forward<SYS_sched_yield>},
    {418, "__gettimeofday50", calls::forward<SYS_gettimeofday>},
    {425, "__setitimer50", calls::forward<SYS_setitimer>},
    {426, "__getitimer50", calls::forward<SYS_getitimer>},
    {427, "__clock_gettime50", calls::clock_gettime},
    {430, "__nanosleep50", calls::forward<SYS_nanosleep>, true},
    {434, "___lwp_park50", lwp_park50, true},
    {478, "___lwp_park60", lwp_park60, true},
};

constexpr CallRow kCalls386[] = {
    {1, "exit", calls::forward<SYS_exit_group>},
    {3, "read", calls::forward<SYS_read>},
    {4, "write", calls::forward<SYS_write>},
    {6, "close", calls::forward<SYS_close>},
    {20, "getpid", calls::forward<SYS_getpid>},
    {73, "munmap", calls::forward<SYS_munmap>},
    {74, "mprotect", calls::mprotect},
    {197, "mmap", calls::mmap_padded_386},
    {307, "getcontext", getcontext_386},
    {309, "_lwp_create", lwp_create_386},
    {310, "_lwp_exit", calls::end_calling_thread},
    {311, "_lwp_self", calls::thread_number},
    {317, "_lwp_setprivate", calls::set_thread_pointer},
    {319, "_lwp_detach", lwp_detach},
    {321, "_lwp_unpark", lwp_unpark},
    {350, "sched_yield", calls::forward<SYS_sched_yield>},
    {478, "___lwp_park60", lwp_park60, true},
};

constexpr ErrorRow kErrors[] = {{EOVERFLOW, 84}, {EILSEQ, 85}, {ECANCELED, 87}};

constexpr ClockRow kClocks[] = {{0, CLOCK_REALTIME}, {3, CLOCK_MONOTONIC}, {0x40000000, CLOCK_PROCESS_CPUTIME_ID}};

// MAP_SHARED, PRIVATE, FIXED, NORESERVE, TRYFIXED, WIRED, ANON and STACK.
constexpr MapFlagRow kMapFlags[] = {{1, MAP_SHARED}, {2, MAP_PRIVATE}, {0x10, MAP_FIXED},       {0x40, MAP_NORESERVE},
                                    {0x400, 0},      {0x800, 0},       {0x1000, MAP_ANONYMOUS}, {0x2000, MAP_STACK}};

// X86_64_GET_GSBASE to X86_64_SET_FSBASE
constexpr BaseRow kBases[] = {{14, &Registers::gs_base, false},
                              {15, &Registers::fs_base, false},
                              {16, &Registers::gs_base, true},
                              {17, &Registers::fs_base, true}};

}  // namespace

// PaX MPROTECT is on for all programs unless their note says otherwise: writable memory is not executable.
const System kNetBsd = {
    .name = "netbsd",
    .title = "NetBSD",
    .note_name = {"NetBSD", 7},
    .starts_with_strings = true,
    .write_execute = WriteExecute::Dropped,
    .not_supported = 86,
    .calls = kCalls,
    .errors = kErrors,
    .map_flags = kMapFlags,
    .bases = kBases,
    .clocks = kClocks,
    .signals = {.entry = SignalLayout::Entry::HandlerWithReturn,
                .return_call = 308,
                .frame_size = 8 + 128 + kContextSize,
                .information = 8,
                .context = 8 + 128,
                .context_size = kContextSize,
                .information_address = 16,
                .information_code = 4,
                .mask = 16,
                .mask_size = 16,
                .floating_point = kFloatingPoint,
                .registers = kRegisters,
                .flags = kContextFlags,
                .flags_value = kFilledFlags,
                .action_mask = 8,
                .action_flags = 24,
                .action_size = 32},
};

// 32 bits: no signals and no times.
const System kNetBsd386 = {
    .name = "netbsd-386",
    .title = "NetBSD/i386",
    .word_size = 4,
    .note_name = {"NetBSD", 7},
    .starts_with_strings = true,
    .write_execute = WriteExecute::Dropped,
    .not_supported = 86,
    .calls = kCalls386,
    .errors = kErrors,
    .map_flags = kMapFlags,
    .bases = {},
    .clocks = {},
    .signals = {},
};

}  // namespace osrun
