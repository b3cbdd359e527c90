// See system_calls.h. On x86 a seccomp filter stops every call whose instruction is inside the image; the handler of
// SIGSYS then makes the call of the host and sets the registers. qemu has no seccomp: on arm64 `svc #0x80` is replaced
// by `brk`, whose SIGTRAP leads to the same handler.
//
// Numbers are those of <sys/syscall.h>; on x86-64 the class 2 (Unix) is in bits 24 and up. Errors set the carry flag.
#include "tests/macho_run/system_calls.h"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

#include "tests/macho_run/darwin.h"
#include "tests/macho_run/report.h"

namespace macho_run {

namespace {

struct Call {
  Word number;
  Word arguments[6];
};

struct Answer {
  Word value;
  bool is_error;
};

Answer answer(long result) {
  if (result < 0 && result > -4096) return {static_cast<Word>(darwin_error(static_cast<int>(-result))), true};
  return {static_cast<Word>(result), false};
}

// The calls a program without libraries makes; the wrappers' errno is not used, so that each answer is complete.
Answer make_call(const Call& call) {
  const auto& a = call.arguments;
  const auto wrapped = [](long result) { return result < 0 ? answer(-errno) : answer(result); };
  switch (call.number) {
    case 1:
      _exit(static_cast<int>(a[0]));
    case 3:
      return wrapped(read(static_cast<int>(a[0]), reinterpret_cast<void*>(a[1]), a[2]));
    case 4:
      return wrapped(write(static_cast<int>(a[0]), reinterpret_cast<const void*>(a[1]), a[2]));
    case 5:
      return wrapped(open(reinterpret_cast<const char*>(a[0]), host_open_flags(static_cast<int>(a[1])),
                          static_cast<mode_t>(a[2])));
    case 6:
      return wrapped(close(static_cast<int>(a[0])));
    case 10:
      return wrapped(unlink(reinterpret_cast<const char*>(a[0])));
    case 20:
      return answer(getpid());
    case 37:
      return wrapped(kill(static_cast<pid_t>(a[0]), host_signal(static_cast<int>(a[1]))));
    case 73:
      return wrapped(munmap(reinterpret_cast<void*>(a[0]), a[1]));
    case 74:
      return wrapped(mprotect(reinterpret_cast<void*>(a[0]), a[1], static_cast<int>(a[2])));
    case 116:
      return wrapped(gettimeofday(reinterpret_cast<timeval*>(a[0]), nullptr));
    case 197: {
      void* place = mmap(reinterpret_cast<void*>(a[0]), a[1], static_cast<int>(a[2]),
                         host_map_flags(static_cast<int>(a[3])), (a[3] & 0x1000) ? -1 : static_cast<int>(a[4]), 0);
      return place == MAP_FAILED ? answer(-errno) : Answer{reinterpret_cast<Word>(place), false};
    }
    default:
      fail("system call %zu is not known", size_t{call.number});
  }
}

#if defined(__x86_64__)

Call read_call(const ucontext_t& context) {
  const auto& r = context.uc_mcontext.gregs;
  const auto word = [&](int index) { return static_cast<Word>(r[index]); };
  const Word number = word(REG_RAX);
  if (number >> 24 != 2) fail("system call %#zx is of class %zu, not of Unix", size_t{number}, size_t{number >> 24});
  return {number & 0xffffff, {word(REG_RDI), word(REG_RSI), word(REG_RDX), word(REG_R10), word(REG_R8), word(REG_R9)}};
}

void write_answer(ucontext_t& context, const Answer& answer) {
  context.uc_mcontext.gregs[REG_RAX] = static_cast<greg_t>(answer.value);
  auto& flags = context.uc_mcontext.gregs[REG_EFL];
  flags = answer.is_error ? flags | 1 : flags & ~1;
}

#elif defined(__i386__)

// A return address lies below the arguments.
Call read_call(const ucontext_t& context) {
  const auto& r = context.uc_mcontext.gregs;
  Call call{static_cast<Word>(r[REG_EAX]), {}};
  std::memcpy(call.arguments, reinterpret_cast<const char*>(r[REG_ESP]) + 4, sizeof(call.arguments));
  return call;
}

void write_answer(ucontext_t& context, const Answer& answer) {
  context.uc_mcontext.gregs[REG_EAX] = static_cast<greg_t>(answer.value);
  auto& flags = context.uc_mcontext.gregs[REG_EFL];
  flags = answer.is_error ? flags | 1 : flags & ~1;
}

#else

Call read_call(const ucontext_t& context) {
  const auto* r = context.uc_mcontext.regs;
  return {r[16], {r[0], r[1], r[2], r[3], r[4], r[5]}};
}

void write_answer(ucontext_t& context, const Answer& answer) {
  constexpr uint64_t kCarry = 1ull << 29;
  context.uc_mcontext.regs[0] = answer.value;
  auto& flags = context.uc_mcontext.pstate;
  flags = answer.is_error ? flags | kCarry : flags & ~kCarry;
  context.uc_mcontext.pc += 4;  // behind the brk
}

#endif

}  // namespace

extern "C" {
void macho_handle_system_call(int, siginfo_t*, void* raw) {
  auto& context = *static_cast<ucontext_t*>(raw);
  write_answer(context, make_call(read_call(context)));
}
#if defined(__i386__)
void macho_signal_entry(int, siginfo_t*, void*);  // changes %gs over first
#else
static void macho_signal_entry(int number, siginfo_t* information, void* raw) {
  macho_handle_system_call(number, information, raw);
}
#endif
}

namespace {

void handle(int signal) {
  struct sigaction action{};
  action.sa_sigaction = macho_signal_entry;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  if (sigaction(signal, &action, nullptr) != 0) fail("sigaction: %s", std::strerror(errno));
}

#if defined(__aarch64__)

constexpr uint32_t kSupervisorCall = 0xd4001001, kBreak = 0xd4201000;  // svc #0x80, brk #0x80

void replace_calls(const Image& image) {
  image.for_each_instruction([](uint8_t* place) {
    if (xld::load<uint32_t>(place) == kSupervisorCall) xld::store(place, kBreak);
  });
}

#else

// The instruction pointer of the filter is 64 bits wide: its halves are compared one after the other. It points behind
// the instruction. Images are not larger than 4 GiB and do not straddle a boundary of 4 GiB here.
void install_filter(Word start, Word end) {
  const auto high = static_cast<uint32_t>(uint64_t{start} >> 32);
  constexpr uint32_t kPointer = offsetof(seccomp_data, instruction_pointer);
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kPointer + 4),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, high, 0, 4),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kPointer),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, static_cast<uint32_t>(start), 0, 2),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, static_cast<uint32_t>(end), 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{static_cast<unsigned short>(std::size(filter)), filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    fail("seccomp: %s", std::strerror(errno));
  }
}

#endif

}  // namespace

void trap_system_calls(const Image& image) {
#if defined(__aarch64__)
  handle(SIGTRAP);
  replace_calls(image);
#else
  handle(SIGSYS);
  install_filter(image.file.lowest_address() + image.slide, image.file.highest_address() + image.slide);
#endif
}

}  // namespace macho_run
