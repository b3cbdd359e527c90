// FreeBSD/amd64 (13): sys/kern/syscalls.master, sys/amd64/include/ucontext.h and sigframe.h, sys/sys/thr.h, umtx.h.
#include <climits>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "tests/osrun/calls.h"
#include "tests/osrun/machine.h"
#include "tests/osrun/report.h"

namespace osrun {

namespace {

// struct thr_param
struct ThreadParameters {
  uint64_t start, argument, stack_base, stack_size, tls_base, tls_size, child_number, parent_number;
  uint32_t flags, padding;
};

Answer thr_new(Machine& machine, Thread& thread, const Arguments& a) {
  const auto parameters = machine.get<ThreadParameters>(a[0]);
  if (!parameters) return failed(kEFAULT);
  if (a[1] < sizeof(ThreadParameters)) return failed(kEINVAL);
  if (parameters->flags != 0) stop(kUnsupportedStatus, "thr_new: flags 0x%x are not supported", parameters->flags);
  Birth birth{.registers = thread.at_entry,
              .number_address = {parameters->child_number, parameters->parent_number},
              .number_size = 8,
              .mask = thread.mask};
  birth.registers.rip = parameters->start;
  birth.registers.rdi = parameters->argument;
  birth.registers.rsp = ((parameters->stack_base + parameters->stack_size) & ~uint64_t{15}) - 8;
  birth.registers.rbp = 0;
  birth.registers.fs_base = parameters->tls_base;
  return create_thread(machine, thread, birth, false);
}

// The same on the 386: words of 4 bytes, the argument on the stack, the thread register GS.
struct ThreadParameters386 {
  uint32_t start, argument, stack_base, stack_size, tls_base, tls_size, child_number, parent_number, flags;
};

Answer thr_new_386(Machine& machine, Thread& thread, const Arguments& a) {
  const auto parameters = machine.get<ThreadParameters386>(a[0]);
  if (!parameters) return failed(kEFAULT);
  if (a[1] < sizeof(ThreadParameters386)) return failed(kEINVAL);
  if (parameters->flags != 0) stop(kUnsupportedStatus, "thr_new: flags 0x%x are not supported", parameters->flags);
  Birth birth{.registers = thread.at_entry,
              .number_address = {parameters->child_number, parameters->parent_number},
              .gs_base = parameters->tls_base,
              .mask = thread.mask};
  const uint64_t top = uint64_t{parameters->stack_base} + parameters->stack_size;
  birth.registers.rip = parameters->start;
  birth.registers.rsp = ((top - 4) & ~uint64_t{15}) - 4;
  birth.registers.rbp = 0;
  if (!machine.put_word(birth.registers.rsp + 4, parameters->argument)) return failed(kEFAULT);
  return create_thread(machine, thread, birth, false);
}

Answer thr_self(Machine& machine, Thread& thread, const Arguments& a) {
  return machine.put_word(a[0], thread.number) ? done() : failed(kEFAULT);
}

// The word is set and woken, so that a joiner knows when the stack is free.
Answer thr_exit(Machine& machine, Thread&, const Arguments& a) {
  if (a[0] != 0 && machine.put_word(a[0], 1)) wake(machine, a[0], UINT_MAX);
  return end_thread();
}

// struct _umtx_time, of which the first half is a timespec and may be all there is.
struct UmtxTime {
  timespec time;
  uint32_t flags, clock;
};

Answer umtx_wait(Machine& machine, Thread& thread, const Arguments& a, uint64_t value, uint64_t expected) {
  if (value != expected) return done();
  if (a[4] == 0) return sleep_on(machine, thread, a[0], nullptr, kETIMEDOUT);
  if (machine.image.word_size == 4) stop(kUnsupportedStatus, "_umtx_op: a timeout on the 386 is not supported");
  constexpr uint32_t kAbsolute = 1;
  UmtxTime timeout = {};
  const size_t size = a[3] > sizeof(timespec) ? sizeof timeout : sizeof(timespec);
  if (!machine.read(a[4], &timeout, size)) return failed(kEFAULT);
  if (timeout.flags & kAbsolute) {
    constexpr uint32_t kFreeBsdRealtime = 0;
    timeout.time = time_until(timeout.clock == kFreeBsdRealtime ? CLOCK_REALTIME : CLOCK_MONOTONIC, timeout.time);
  }
  return sleep_on(machine, thread, a[0], &timeout.time, kETIMEDOUT);
}

Answer umtx_op(Machine& machine, Thread& thread, const Arguments& a) {
  enum : uint32_t { kWait = 2, kWake = 3, kWaitUint = 11, kWaitUintPrivate = 15, kWakePrivate = 16 };
  switch (static_cast<uint32_t>(a[1])) {
    case kWait: {
      const auto value = machine.get_word(a[0]);
      return value ? umtx_wait(machine, thread, a, *value, a[2]) : failed(kEFAULT);
    }
    case kWaitUint:
    case kWaitUintPrivate: {
      const auto value = machine.get<uint32_t>(a[0]);
      return value ? umtx_wait(machine, thread, a, *value, static_cast<uint32_t>(a[2])) : failed(kEFAULT);
    }
    case kWake:
    case kWakePrivate:
      wake(machine, a[0], static_cast<uint32_t>(a[2]));
      return done();
    default:
      stop(kUnsupportedStatus, "_umtx_op: operation %lu is not supported", a[1]);
  }
}

constexpr CallRow kCalls[] = {
    {1, "exit", calls::forward<SYS_exit_group>},
    {3, "read", calls::forward<SYS_read>},
    {4, "write", calls::forward<SYS_write>},
    {6, "close", calls::forward<SYS_close>},
    {20, "getpid", calls::forward<SYS_getpid>},
    {37, "kill", calls::kill},
    {53, "sigaltstack", calls::sigaltstack},
    {73, "munmap", calls::forward<SYS_munmap>},
    {74, "mprotect", calls::mprotect},
    {83, "setitimer", calls::forward<SYS_setitimer>},
    {86, "getitimer", calls::forward<SYS_getitimer>},
    {116, "gettimeofday", calls::forward<SYS_gettimeofday>},
    {165, "sysarch", calls::sysarch},
    {197, "freebsd6_mmap", calls::mmap_padded},
    {199, "freebsd6_lseek", calls::lseek_padded},
    {232, "clock_gettime", calls::clock_gettime},
    {240, "nanosleep", calls::forward<SYS_nanosleep>, true},
    {331, "sched_yield", calls::forward<SYS_sched_yield>},
    {340, "sigprocmask", calls::sigprocmask},
    {416, "sigaction", calls::sigaction},
    {417, "sigreturn", calls::sigreturn},
    {431, "thr_exit", thr_exit},
    {432, "thr_self", thr_self},
    {433, "thr_kill", calls::kill_thread},
    {454, "_umtx_op", umtx_op, true},
    {455, "thr_new", thr_new},
    {477, "mmap", calls::mmap},
    {478, "lseek", calls::forward<SYS_lseek>},
};

constexpr CallRow kCalls386[] = {
    {1, "exit", calls::forward<SYS_exit_group>},
    {3, "read", calls::forward<SYS_read>},
    {4, "write", calls::forward<SYS_write>},
    {6, "close", calls::forward<SYS_close>},
    {20, "getpid", calls::forward<SYS_getpid>},
    {73, "munmap", calls::forward<SYS_munmap>},
    {74, "mprotect", calls::mprotect},
    {165, "sysarch", calls::sysarch},
    {331, "sched_yield", calls::forward<SYS_sched_yield>},
    {431, "thr_exit", thr_exit},
    {432, "thr_self", thr_self},
    {454, "_umtx_op", umtx_op, true},
    {455, "thr_new", thr_new_386},
    {477, "mmap", calls::mmap_386},
};

// I386_SET_GSBASE
constexpr BaseRow kBases386[] = {{10, &Registers::gs_base, true}};

constexpr ErrorRow kErrors[] = {{EOVERFLOW, 84}, {ECANCELED, 85}, {EILSEQ, 86}};

constexpr ClockRow kClocks[] = {{0, CLOCK_REALTIME},   {4, CLOCK_MONOTONIC},         {5, CLOCK_MONOTONIC},
                                {11, CLOCK_MONOTONIC}, {12, CLOCK_MONOTONIC_COARSE}, {15, CLOCK_PROCESS_CPUTIME_ID}};

// MAP_SHARED, PRIVATE, FIXED, NORESERVE, STACK, NOSYNC, ANON, EXCL and NOCORE.
constexpr MapFlagRow kMapFlags[] = {{1, MAP_SHARED},
                                    {2, MAP_PRIVATE},
                                    {0x10, MAP_FIXED},
                                    {0x40, MAP_NORESERVE},
                                    {0x400, MAP_ANONYMOUS | MAP_STACK},
                                    {0x800, 0},
                                    {0x1000, MAP_ANONYMOUS},
                                    {0x4000, MAP_FIXED_NOREPLACE},
                                    {0x20000, 0}};

// AMD64_GET_FSBASE to AMD64_SET_GSBASE
constexpr BaseRow kBases[] = {{128, &Registers::fs_base, false},
                              {129, &Registers::fs_base, true},
                              {130, &Registers::gs_base, false},
                              {131, &Registers::gs_base, true}};

// In ucontext_t; the mcontext_t begins at 16.
constexpr RegisterPlace kRegisters[] = {
    {&Registers::rdi, 24},  {&Registers::rsi, 32},     {&Registers::rdx, 40},  {&Registers::rcx, 48},
    {&Registers::r8, 56},   {&Registers::r9, 64},      {&Registers::rax, 72},  {&Registers::rbx, 80},
    {&Registers::rbp, 88},  {&Registers::r10, 96},     {&Registers::r11, 104}, {&Registers::r12, 112},
    {&Registers::r13, 120}, {&Registers::r14, 128},    {&Registers::r15, 136}, {&Registers::rip, 176},
    {&Registers::cs, 184},  {&Registers::eflags, 192}, {&Registers::rsp, 200}, {&Registers::ss, 208},
};

}  // namespace

const System kFreeBsd = {
    .name = "freebsd",
    .title = "FreeBSD",
    .os_abi = 9,
    .note_name = {"FreeBSD", 8},
    .starts_with_argument = true,
    .clears_scratch = true,
    .first_thread = 100001,
    .calls = kCalls,
    .errors = kErrors,
    .map_flags = kMapFlags,
    .anonymous_wants_no_file = true,
    .bases = kBases,
    .clocks = kClocks,
    .signals = {.entry = SignalLayout::Entry::HandlerInFrame,
                .return_call = 417,
                .frame_size = 16 + 880 + 128,
                .information = 16 + 880,
                .context = 16,
                .context_size = 880,
                .information_address = 24,
                .information_code = 8,
                .mask = 0,
                .mask_size = 16,
                .floating_point = 16 + 224,
                .registers = kRegisters,
                .action_mask = 12,
                .action_flags = 8,
                .action_size = 32},
};

// 32 bits: no signals and no times.
const System kFreeBsd386 = {
    .name = "freebsd-386",
    .title = "FreeBSD/i386",
    .word_size = 4,
    .os_abi = 9,
    .note_name = {"FreeBSD", 8},
    .first_thread = 100001,
    .calls = kCalls386,
    .errors = kErrors,
    .map_flags = kMapFlags,
    .anonymous_wants_no_file = true,
    .bases = kBases386,
    .clocks = {},
    .signals = {},
};

}  // namespace osrun
