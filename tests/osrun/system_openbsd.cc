// OpenBSD/amd64: sys/kern/syscalls.master of 5.0 and of 6 and 7, sys/arch/amd64/include/signal.h and sysarch.h.
//
// Numbers of several releases are known at once: 5.0 had threads by rfork and 32-bit times, later releases __tfork and
// __set_tcb, and 7.0 took the padding out of mmap and lseek. A program does not say which it is for, so 5.0, which had
// other meanings for some numbers and no W^X, is a system of its own that is asked for by name.
#include <climits>
#include <cstring>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "tests/osrun/calls.h"
#include "tests/osrun/machine.h"
#include "tests/osrun/report.h"

namespace osrun {

namespace {

// The new thread goes on behind the call, with 0 as its result.
Birth same_place(const Machine& machine, const Thread& thread) {
  Birth birth{.registers = thread.at_entry, .mask = thread.mask};
  set_result(birth.registers, machine.system, done());
  return birth;
}

// struct __tfork
struct ForkParameters {
  uint64_t thread_pointer, number_address, stack;
};

Answer tfork(Machine& machine, Thread& thread, const Arguments& a) {
  if (a[1] != sizeof(ForkParameters)) return failed(kEINVAL);
  const auto parameters = machine.get<ForkParameters>(a[0]);
  if (!parameters) return failed(kEFAULT);
  Birth birth = same_place(machine, thread);
  birth.number_address[0] = parameters->number_address;
  birth.registers.fs_base = parameters->thread_pointer;
  if (parameters->stack != 0) birth.registers.rsp = parameters->stack;
  return create_thread(machine, thread, birth, true);
}

// The new thread has its creator's stack pointer, and must leave that stack before it touches it.
Answer rfork(Machine& machine, Thread& thread, const Arguments& a) {
  constexpr uint64_t kProcess = 1 << 4, kMemory = 1 << 5, kNoWait = 1 << 6, kThread = 1 << 13;
  constexpr uint64_t kFiles = 1 << 2;
  if ((a[0] | kFiles) != (kProcess | kMemory | kNoWait | kThread | kFiles))
    stop(kUnsupportedStatus, "rfork: flags 0x%lx are not those of a thread", a[0]);
  return create_thread(machine, thread, same_place(machine, thread), true);
}

Answer threxit(Machine& machine, Thread&, const Arguments& a) {
  if (a[0] != 0) machine.put(a[0], uint32_t{0});
  return end_thread();
}

constexpr int clock_of(uint64_t number) {
  return number == 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC;
}

// The error is the result: the carry flag stays clear.
Answer as_result(const Answer& answer) {
  return answer.kind == Answer::Kind::Failed ? done(answer.value) : answer;
}

Answer finish_thrsleep(Machine& machine, Thread& thread, int64_t result) {
  const bool is_woken = machine.page.word(thread.number).is_woken != 0;
  const uint8_t timeout_error = thread.sleep->timeout_error;
  thread.sleep.reset();
  if (is_woken) return done();
  return done(result == -ETIMEDOUT ? timeout_error : kEINTR);
}

Answer start_thrsleep(Machine& machine, Thread& thread, const Arguments& a, uint64_t abort) {
  const auto aborted = abort != 0 ? machine.get<int32_t>(abort) : 0;
  if (!aborted) return failed(kEFAULT);
  timespec rest = {};
  if (a[2] != 0 && machine.image.word_size == 4)
    stop(kUnsupportedStatus, "thrsleep: a timeout on the 386 is not supported");
  if (a[2] != 0) {
    const auto end = machine.get<timespec>(a[2]);
    if (!end) return failed(kEFAULT);
    rest = time_until(clock_of(a[1]), *end);
  }
  if (a[3] != 0) machine.put(a[3], uint32_t{0});  // unlocked, now that the thread counts as asleep
  if (*aborted != 0) return failed(kEINTR);
  Answer answer = sleep_on(machine, thread, a[0], a[2] != 0 ? &rest : nullptr, kEAGAIN);
  answer.finish = finish_thrsleep;
  return answer;
}

Answer thrsleep(Machine& machine, Thread& thread, const Arguments& a) {
  return as_result(start_thrsleep(machine, thread, a, a[4]));
}

Answer thrsleep50(Machine& machine, Thread& thread, const Arguments& a) {
  return as_result(start_thrsleep(machine, thread, a, 0));
}

Answer thrwakeup(Machine& machine, Thread&, const Arguments& a) {
  const auto count = static_cast<uint32_t>(a[1]);
  return done(wake(machine, a[0], count != 0 ? count : UINT_MAX) != 0 ? 0 : kESRCH);
}

Answer futex(Machine& machine, Thread& thread, const Arguments& a) {
  constexpr uint32_t kWait = 1, kWake = 2, kPrivate = 128;
  const uint32_t operation = static_cast<uint32_t>(a[1]) & ~kPrivate;
  if (operation == kWake) return done(wake(machine, a[0], static_cast<uint32_t>(a[2])));
  if (operation != kWait) stop(kUnsupportedStatus, "futex: operation %lu is not supported", a[1]);
  const auto value = machine.get<uint32_t>(a[0]);
  if (!value) return failed(kEFAULT);
  if (*value != static_cast<uint32_t>(a[2])) return failed(kEAGAIN);
  if (a[3] == 0) return sleep_on(machine, thread, a[0], nullptr, kETIMEDOUT);
  const auto timeout = machine.get<timespec>(a[3]);
  return timeout ? sleep_on(machine, thread, a[0], &*timeout, kETIMEDOUT) : failed(kEFAULT);
}

constexpr CallRow kCalls[] = {
    {1, "exit", calls::forward<SYS_exit_group>},
    {3, "read", calls::forward<SYS_read>},
    {4, "write", calls::forward<SYS_write>},
    {6, "close", calls::forward<SYS_close>},
    {8, "__tfork", tfork},
    {20, "getpid", calls::forward<SYS_getpid>},
    {37, "kill (5.0)", calls::kill},
    {46, "sigaction", calls::sigaction},
    {48, "sigprocmask", calls::sigprocmask_by_value},
    {49, "mmap", calls::mmap},
    {67, "gettimeofday", calls::forward<SYS_gettimeofday>},
    {69, "setitimer", calls::forward<SYS_setitimer>},
    {70, "getitimer", calls::forward<SYS_getitimer>},
    {73, "munmap", calls::forward<SYS_munmap>},
    {74, "mprotect", calls::mprotect},
    {83, "futex", futex, true},
    {87, "clock_gettime", calls::clock_gettime},
    {91, "nanosleep", calls::forward<SYS_nanosleep>, true},
    {94, "__thrsleep", thrsleep, true},
    {103, "sigreturn", calls::sigreturn},
    {116, "gettimeofday (5.0)", calls::forward<SYS_gettimeofday>},
    {119, "thrkill", calls::kill_thread},
    {122, "kill", calls::kill},
    {165, "sysarch", calls::sysarch},
    {166, "lseek", calls::forward<SYS_lseek>},
    {197, "pad_mmap", calls::mmap_padded},
    {199, "pad_lseek", calls::lseek_padded},
    {251, "rfork (5.0)", rfork},
    {288, "sigaltstack", calls::sigaltstack},
    {298, "sched_yield", calls::forward<SYS_sched_yield>},
    {299, "getthrid", calls::thread_number},
    {300, "thrsleep (5.0)", thrsleep50, true},
    {301, "__thrwakeup", thrwakeup},
    {302, "__threxit", threxit},
    {329, "__set_tcb", calls::set_thread_pointer},
    {330, "__get_tcb", calls::get_thread_pointer},
};

// struct timespec of 5.0: a time_t of 32 bits.
Answer nanosleep50(Machine& machine, Thread&, const Arguments& a) {
  const auto seconds = machine.get<int32_t>(a[0]);
  const auto nanoseconds = machine.get<int64_t>(a[0] + 8);
  if (!seconds || !nanoseconds) return failed(kEFAULT);
  if (a[1] != 0) stop(kUnsupportedStatus, "nanosleep (5.0): the rest of the time is not supported");
  const timespec time{.tv_sec = *seconds, .tv_nsec = *nanoseconds};
  const uint64_t copy = machine.page.remote + SharedPage::kStrings;
  std::memcpy(machine.page.local + SharedPage::kStrings, &time, sizeof time);
  return {.kind = Answer::Kind::Forwarded, .number = SYS_nanosleep, .arguments = {copy, 0}};
}

constexpr CallRow kCalls50[] = {
    {1, "exit", calls::forward<SYS_exit_group>},
    {3, "read", calls::forward<SYS_read>},
    {4, "write", calls::forward<SYS_write>},
    {6, "close", calls::forward<SYS_close>},
    {20, "getpid", calls::forward<SYS_getpid>},
    {37, "kill", calls::kill},
    {46, "sigaction", calls::sigaction},
    {48, "sigprocmask", calls::sigprocmask_by_value},
    {73, "munmap", calls::forward<SYS_munmap>},
    {74, "mprotect", calls::mprotect},
    {83, "setitimer", calls::forward<SYS_setitimer>},
    {86, "getitimer", calls::forward<SYS_getitimer>},
    {103, "sigreturn", calls::sigreturn},
    {116, "gettimeofday", calls::forward<SYS_gettimeofday>},
    {165, "sysarch", calls::sysarch},
    {197, "mmap", calls::mmap_padded},
    {199, "lseek", calls::lseek_padded},
    {232, "clock_gettime", calls::clock_gettime},
    {240, "nanosleep", nanosleep50, true},
    {251, "rfork", rfork},
    {288, "sigaltstack", calls::sigaltstack},
    {298, "sched_yield", calls::forward<SYS_sched_yield>},
    {299, "getthrid", calls::thread_number},
    {300, "thrsleep", thrsleep50, true},
    {301, "thrwakeup", thrwakeup},
    {302, "threxit", threxit},
};

// The same on the 386, without signals and times.
constexpr CallRow kCalls386[] = {
    {1, "exit", calls::forward<SYS_exit_group>},
    {3, "read", calls::forward<SYS_read>},
    {4, "write", calls::forward<SYS_write>},
    {6, "close", calls::forward<SYS_close>},
    {20, "getpid", calls::forward<SYS_getpid>},
    {73, "munmap", calls::forward<SYS_munmap>},
    {74, "mprotect", calls::mprotect},
    {165, "sysarch", calls::sysarch},
    {197, "mmap", calls::mmap_padded_386},
    {251, "rfork", rfork},
    {298, "sched_yield", calls::forward<SYS_sched_yield>},
    {299, "getthrid", calls::thread_number},
    {300, "thrsleep", thrsleep50, true},
    {301, "thrwakeup", thrwakeup},
    {302, "threxit", threxit},
};

// I386_SET_GSBASE
constexpr BaseRow kBases386[] = {{9, &Registers::gs_base, true}};

constexpr ErrorRow kErrors[] = {{EILSEQ, 84}, {EOVERFLOW, 87}, {ECANCELED, 88}};

constexpr ClockRow kClocks[] = {{0, CLOCK_REALTIME},
                                {2, CLOCK_PROCESS_CPUTIME_ID},
                                {3, CLOCK_MONOTONIC},
                                {5, CLOCK_MONOTONIC},
                                {6, CLOCK_BOOTTIME}};

// MAP_SHARED, PRIVATE, FIXED, NORESERVE (ignored), __MAP_NOREPLACE, ANON, STACK and CONCEAL.
constexpr MapFlagRow kMapFlags[] = {
    {1, MAP_SHARED},         {2, MAP_PRIVATE},    {0x10, MAP_FIXED}, {0x40, 0}, {0x800, MAP_FIXED_NOREPLACE},
    {0x1000, MAP_ANONYMOUS}, {0x4000, MAP_STACK}, {0x8000, 0}};

// AMD64_GET_FSBASE, AMD64_SET_FSBASE
constexpr BaseRow kBases[] = {{11, &Registers::fs_base, false}, {12, &Registers::fs_base, true}};

// In struct sigcontext.
constexpr RegisterPlace kRegisters[] = {
    {&Registers::rdi, 0},  {&Registers::rsi, 8},      {&Registers::rdx, 16},  {&Registers::rcx, 24},
    {&Registers::r8, 32},  {&Registers::r9, 40},      {&Registers::r10, 48},  {&Registers::r11, 56},
    {&Registers::r12, 64}, {&Registers::r13, 72},     {&Registers::r14, 80},  {&Registers::r15, 88},
    {&Registers::rbp, 96}, {&Registers::rbx, 104},    {&Registers::rax, 112}, {&Registers::rip, 168},
    {&Registers::cs, 176}, {&Registers::eflags, 184}, {&Registers::rsp, 192}, {&Registers::ss, 200},
};

constexpr System kLater = {
    .name = "openbsd",
    .title = "OpenBSD",
    .os_abi = 12,
    .note_name = {"OpenBSD", 8},
    .random_limit = 1024 * 1024,
    .pie_wants_headers = true,
    .first_thread = 100001,
    .write_execute = WriteExecute::Refused,
    .not_supported = 91,
    .calls = kCalls,
    .errors = kErrors,
    .map_flags = kMapFlags,
    .anonymous_wants_no_file = true,
    .bases = kBases,
    .clocks = kClocks,
    .signals = {.entry = SignalLayout::Entry::HandlerInRax,
                .return_call = 103,
                .frame_size = 240 + 144,
                .information = 240,
                .context = 0,
                .context_size = 232,
                .information_address = 16,
                .information_code = 4,
                .mask = 220,
                .mask_size = 4,
                .floating_point_pointer = 208,
                .registers = kRegisters,
                .action_mask = 8,
                .action_flags = 12,
                .action_size = 16},
};

constexpr System as_of_50() {
  System system = kLater;
  system.name = "openbsd-5.0";
  system.title = "OpenBSD 5.0";
  system.random_limit = 0;
  system.pie_wants_headers = false;
  system.write_execute = WriteExecute::Allowed;
  system.calls = kCalls50;
  return system;
}

constexpr System as_of_50_on_386() {
  System system = as_of_50();
  system.name = "openbsd-386";
  system.title = "OpenBSD/i386 5.0";
  system.word_size = 4;
  system.calls = kCalls386;
  system.bases = kBases386;
  system.clocks = {};
  system.signals = {};
  return system;
}

}  // namespace

const System kOpenBsd = kLater, kOpenBsd50 = as_of_50(), kOpenBsd386 = as_of_50_on_386();

}  // namespace osrun
