// DragonFly/amd64 (6): sys/kern/syscalls.master, sys/cpu/x86_64/include/ucontext.h, sys/platform/pc64/x86_64/tls.c.
#include <climits>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "tests/osrun/calls.h"
#include "tests/osrun/machine.h"
#include "tests/osrun/report.h"

namespace osrun {

namespace {

// struct lwp_params
struct ThreadParameters {
  uint64_t start, argument, stack, number_address[2];
};

Answer lwp_create(Machine& machine, Thread& thread, const Arguments& a) {
  const auto parameters = machine.get<ThreadParameters>(a[0]);
  if (!parameters) return failed(kEFAULT);
  Birth birth{.registers = thread.at_entry,
              .number_address = {parameters->number_address[0], parameters->number_address[1]},
              .mask = thread.mask};
  birth.registers.rip = parameters->start;
  birth.registers.rdi = parameters->argument;
  birth.registers.rsp = parameters->stack;
  return create_thread(machine, thread, birth, false);
}

// struct tls_info
struct TlsInformation {
  uint64_t base;
  int32_t size, padding;
};

unsigned long long Registers::* base_of(uint64_t which) {
  return which == 0 ? &Registers::fs_base : which == 1 ? &Registers::gs_base : nullptr;
}

Answer set_tls_area(Machine& machine, Thread& thread, const Arguments& a) {
  const auto base = base_of(a[0]);
  if (!base || a[2] < sizeof(TlsInformation)) return failed(kEINVAL);
  const auto information = machine.get<TlsInformation>(a[1]);
  if (!information) return failed(kEFAULT);
  if (information->size < -1 || information->base >> 47 != 0) return failed(kEINVAL);
  thread.at_entry.*base = information->base;
  return done();
}

Answer get_tls_area(Machine& machine, Thread& thread, const Arguments& a) {
  const auto base = base_of(a[0]);
  if (!base || a[2] < sizeof(TlsInformation)) return failed(kEINVAL);
  const TlsInformation information{.base = thread.at_entry.*base, .size = -1, .padding = 0};
  return machine.put(a[1], information) ? done() : failed(kEFAULT);
}

// extexit(how, status, address): of the process or the thread, and a word that is set before.
Answer extexit(Machine& machine, Thread&, const Arguments& a) {
  constexpr uint64_t kThread = 1, kSetsWord = 1;
  if ((a[0] >> 16 & 0xffff) == kSetsWord && !machine.put(a[2], static_cast<int32_t>(a[1]))) return failed(kEFAULT);
  if ((a[0] & 0xffff) == kThread) return end_thread();
  return {.kind = Answer::Kind::Forwarded, .number = SYS_exit_group, .arguments = {a[1]}};
}

Answer umtx_sleep(Machine& machine, Thread& thread, const Arguments& a) {
  const auto value = machine.get<int32_t>(a[0]);
  if (!value) return failed(kEFAULT);
  if (static_cast<int32_t>(a[2]) < 0) return failed(kEINVAL);
  if (*value != static_cast<int32_t>(a[1])) return failed(kEBUSY);
  constexpr uint32_t kSecond = 1000000;  // the timeout is in microseconds, and none if it is zero
  const auto timeout = static_cast<uint32_t>(a[2]);
  const timespec time{.tv_sec = timeout / kSecond, .tv_nsec = timeout % kSecond * 1000};
  return sleep_on(machine, thread, a[0], timeout != 0 ? &time : nullptr, kEAGAIN);
}

Answer umtx_wakeup(Machine& machine, Thread&, const Arguments& a) {
  const auto count = static_cast<uint32_t>(a[1]);
  wake(machine, a[0], count != 0 ? count : UINT_MAX);
  return done();
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
    {197, "mmap", calls::mmap_padded},
    {199, "lseek", calls::lseek_padded},
    {232, "clock_gettime", calls::clock_gettime},
    {240, "nanosleep", calls::forward<SYS_nanosleep>, true},
    {331, "sched_yield", calls::forward<SYS_sched_yield>},
    {340, "sigprocmask", calls::sigprocmask},
    {342, "sigaction", calls::sigaction},
    {344, "sigreturn", calls::sigreturn},
    {469, "umtx_sleep", umtx_sleep, true},
    {470, "umtx_wakeup", umtx_wakeup},
    {472, "set_tls_area", set_tls_area},
    {473, "get_tls_area", get_tls_area},
    {494, "extexit", extexit},
    {495, "lwp_create", lwp_create},
    {496, "lwp_gettid", calls::thread_number},
    {497, "lwp_kill", calls::kill_thread_of},
};

constexpr ErrorRow kErrors[] = {{EOVERFLOW, 84}, {ECANCELED, 85}, {EILSEQ, 86}};

constexpr ClockRow kClocks[] = {
    {0, CLOCK_REALTIME}, {4, CLOCK_MONOTONIC}, {5, CLOCK_MONOTONIC}, {15, CLOCK_PROCESS_CPUTIME_ID}};

// MAP_SHARED, PRIVATE, FIXED, NORESERVE, STACK, NOSYNC, ANON, TRYFIXED and NOCORE.
constexpr MapFlagRow kMapFlags[] = {{1, MAP_SHARED},
                                    {2, MAP_PRIVATE},
                                    {0x10, MAP_FIXED},
                                    {0x40, MAP_NORESERVE},
                                    {0x400, MAP_ANONYMOUS | MAP_STACK},
                                    {0x800, 0},
                                    {0x1000, MAP_ANONYMOUS},
                                    {0x10000, 0},
                                    {0x20000, 0}};

// In ucontext_t; the mcontext_t begins at 64.
constexpr RegisterPlace kRegisters[] = {
    {&Registers::rdi, 72},  {&Registers::rsi, 80},     {&Registers::rdx, 88},  {&Registers::rcx, 96},
    {&Registers::r8, 104},  {&Registers::r9, 112},     {&Registers::rax, 120}, {&Registers::rbx, 128},
    {&Registers::rbp, 136}, {&Registers::r10, 144},    {&Registers::r11, 152}, {&Registers::r12, 160},
    {&Registers::r13, 168}, {&Registers::r14, 176},    {&Registers::r15, 184}, {&Registers::rip, 232},
    {&Registers::cs, 240},  {&Registers::eflags, 248}, {&Registers::rsp, 256}, {&Registers::ss, 264},
};

}  // namespace

// sysarch knows no operation on amd64: with AMD64_SET_FSBASE of FreeBSD it fails with EOPNOTSUPP.
const System kDragonFly = {
    .name = "dragonfly",
    .title = "DragonFly",
    .note_name = {"DragonFly", 10},
    .starts_with_argument = true,
    .calls = kCalls,
    .errors = kErrors,
    .map_flags = kMapFlags,
    .bases = {},
    .unknown_base = kEOPNOTSUPP,
    .clocks = kClocks,
    .signals = {.entry = SignalLayout::Entry::HandlerInFrame,
                .return_call = 344,
                .frame_size = 64 + 1472 + 128,
                .information = 64 + 1472,
                .context = 64,
                .context_size = 1472,
                .information_address = 24,
                .information_code = 8,
                .mask = 0,
                .mask_size = 16,
                .floating_point = 64 + 256,
                .registers = kRegisters,
                .action_mask = 12,
                .action_flags = 8,
                .action_size = 32},
};

}  // namespace osrun
