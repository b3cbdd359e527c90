// Signals. Linux delivers none to the program: each one stops it, and the runner does what the system's kernel would:
// keeps it while it is blocked, ignores it, lets it end the program, or has the thread enter the handler with the
// system's own frame on its stack. The tables of the frames are in system_*.cc.
#include <array>
#include <csignal>
#include <cstring>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/osrun/calls.h"
#include "tests/osrun/machine.h"
#include "tests/osrun/report.h"

namespace osrun {

namespace {

using enum SignalLayout::Entry;

// BSD's numbers by Linux's. SIGEMT and SIGINFO borrow SIGSTKFLT and SIGPWR, which the systems do not have.
constexpr std::array<uint8_t, 33> kLinuxSignals = {
    0,       SIGHUP, SIGINT,  SIGQUIT, SIGILL,    SIGTRAP, SIGABRT,  SIGSTKFLT, SIGFPE,  SIGKILL, SIGBUS,
    SIGSEGV, SIGSYS, SIGPIPE, SIGALRM, SIGTERM,   SIGURG,  SIGSTOP,  SIGTSTP,   SIGCONT, SIGCHLD, SIGTTIN,
    SIGTTOU, SIGIO,  SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGWINCH, SIGPWR,    SIGUSR1, SIGUSR2, 34};

constexpr uint32_t kOnStack = 1, kRestart = 2, kResetHand = 4, kNoDefer = 0x10, kSigInfo = 0x40;  // sa_flags
constexpr uint32_t kIsOnStack = 1, kIsDisabled = 4;                                               // ss_flags
constexpr uint64_t kDefault = 0, kIgnored = 1;
constexpr uint64_t kCarry = 1, kDirection = 0x400;
constexpr uint64_t kRedZone = 128;
constexpr int kKill = 9, kStop = 17;
constexpr uint64_t kUnblockable = signal_bit(kKill) | signal_bit(kStop);
// Ignored unless there is a handler: SIGURG, SIGCONT, SIGCHLD, SIGIO, SIGWINCH, SIGINFO.
constexpr uint64_t kIgnoredByDefault =
    signal_bit(16) | signal_bit(19) | signal_bit(20) | signal_bit(23) | signal_bit(28) | signal_bit(29);

bool is_ignored(const SignalAction& action, int signal) {
  return action.handler == kIgnored || (action.handler == kDefault && (signal_bit(signal) & kIgnoredByDefault) != 0);
}

bool stands_on_alternate(const Thread& thread, uint64_t stack) {
  const AlternateStack& alternate = thread.alternate;
  return !(alternate.flags & kIsDisabled) && stack - alternate.start < alternate.size;
}

// The thread's state as a context structure of the system, from `registers`.
std::string make_context(const Machine& machine, const Thread& thread, const Registers& registers) {
  const SignalLayout& layout = machine.system.signals;
  std::string context(layout.context_size, '\0');
  for (const RegisterPlace& place : layout.registers)
    std::memcpy(context.data() + place.offset, &(registers.*place.field), 8);
  std::memcpy(context.data() + layout.mask, &thread.mask, layout.mask_size < 8 ? layout.mask_size : 8);
  if (layout.flags >= 0) std::memcpy(context.data() + layout.flags, &layout.flags_value, 4);
  if (layout.floating_point_pointer < 0) {
    user_fpregs_struct floating_point;
    ptrace(PTRACE_GETFPREGS, thread.id, 0, &floating_point);
    std::memcpy(context.data() + layout.floating_point, &floating_point, sizeof floating_point);
  }
  return context;
}

std::string make_information(const Machine& machine, const PendingSignal& signal) {
  const SignalLayout& layout = machine.system.signals;
  std::string information(128, '\0');
  std::memcpy(information.data(), &signal.signal, 4);
  std::memcpy(information.data() + layout.information_code, &signal.code, 4);
  std::memcpy(information.data() + layout.information_address, &signal.address, 8);
  return information;
}

// What an interrupted call returns when the handler is done, unless it is made again.
void finish_interrupted(const Machine& machine, Thread& thread, Registers& registers, const SignalAction& action) {
  if (!thread.is_interrupted) return;
  thread.is_interrupted = false;
  if ((action.flags & kRestart) && !thread.call->is_never_restarted) return;
  registers.rip += 2;
  set_result(registers, machine.system, failed(kEINTR));
}

uint64_t frame_address(const Machine& machine, const Thread& thread, const Registers& registers,
                       const SignalAction& action) {
  const bool switches = (action.flags & kOnStack) && !(thread.alternate.flags & kIsDisabled) &&
                        !stands_on_alternate(thread, registers.rsp);
  const uint64_t top = switches ? thread.alternate.start + thread.alternate.size : registers.rsp - kRedZone;
  return (top - machine.system.signals.frame_size) & ~uint64_t{15};
}

// OpenBSD keeps the floating point state above the frame, and a pointer to it in the context.
void put_floating_point(Machine& machine, const Thread& thread, std::string& context, uint64_t& frame) {
  const SignalLayout& layout = machine.system.signals;
  if (layout.floating_point_pointer < 0) return;
  user_fpregs_struct floating_point;
  ptrace(PTRACE_GETFPREGS, thread.id, 0, &floating_point);
  const uint64_t address = (frame + layout.frame_size - sizeof floating_point) & ~uint64_t{15};
  machine.put(address, floating_point);
  std::memcpy(context.data() + layout.floating_point_pointer, &address, 8);
  frame = (address - layout.frame_size) & ~uint64_t{15};
}

// Writes the frame below `registers`' stack, or on the alternate one. Returns its address.
uint64_t write_frame(Machine& machine, const Thread& thread, const Registers& registers, const PendingSignal& signal) {
  const SignalAction& action = machine.actions[signal.signal];
  const SignalLayout& layout = machine.system.signals;
  uint64_t frame = frame_address(machine, thread, registers, action);
  std::string context = make_context(machine, thread, registers);
  put_floating_point(machine, thread, context, frame);
  if (layout.entry == HandlerWithReturn) frame -= 8;  // as after a call
  const std::string information = make_information(machine, signal);
  bool is_written = machine.write(frame + layout.context, context.data(), context.size()) &&
                    machine.write(frame + layout.information, information.data(), information.size());
  const uint64_t first = layout.entry == HandlerWithReturn ? action.trampoline : action.handler;
  if (layout.entry != HandlerInRax) is_written = machine.put(frame, first) && is_written;
  if (!is_written) stop(128 + signal.signal, "no stack for the handler of signal %d at 0x%lx", signal.signal, frame);
  return frame;
}

// The second argument: siginfo, or what a handler that did not ask for it gets.
uint64_t second_argument(const SignalLayout& layout, const SignalAction& action, const PendingSignal& signal,
                         uint64_t frame) {
  if (action.flags & kSigInfo || layout.entry == HandlerWithReturn) return frame + layout.information;
  return layout.entry == HandlerInFrame ? static_cast<uint64_t>(signal.code) : 0;
}

void aim_at_handler(const Machine& machine, Registers& registers, const PendingSignal& signal, uint64_t frame) {
  const SignalAction& action = machine.actions[signal.signal];
  const SignalLayout& layout = machine.system.signals;
  registers.rdi = static_cast<uint64_t>(signal.signal);
  registers.rsi = second_argument(layout, action, signal, frame);
  registers.rdx = frame + layout.context;
  registers.rsp = frame;
  registers.eflags &= ~kDirection;
  registers.rip = machine.page.remote + SharedPage::kCode;
  if (layout.entry == HandlerInFrame) registers.rcx = signal.address;
  if (layout.entry == HandlerInRax) registers.rax = action.handler;
  if (layout.entry == HandlerWithReturn) registers.rip = action.handler, registers.r15 = registers.rdx;
}

void enter_handler(Machine& machine, Thread& thread, const PendingSignal& signal) {
  SignalAction& action = machine.actions[signal.signal];
  Registers registers = get_registers(thread);
  registers.orig_rax = ~uint64_t{0};
  finish_interrupted(machine, thread, registers, action);
  const uint64_t frame = write_frame(machine, thread, registers, signal);
  aim_at_handler(machine, registers, signal, frame);
  set_registers(thread, registers);
  thread.mask |= action.mask | (action.flags & kNoDefer ? 0 : signal_bit(signal.signal));
  thread.mask &= ~kUnblockable;
  if (action.flags & kResetHand) action.handler = kDefault;
}

bool is_from_fault(const siginfo_t& information) {
  return information.si_code > 0 && information.si_code != SI_KERNEL &&
         (information.si_signo == SIGSEGV || information.si_signo == SIGBUS || information.si_signo == SIGFPE ||
          information.si_signo == SIGILL || information.si_signo == SIGTRAP);
}

// A thread that does not block what was sent to the process.
Thread* other_thread_for(Machine& machine, const Thread& thread, int signal) {
  for (auto& [id, other] : machine.threads)
    if (&other != &thread && other.is_started && !(other.mask & signal_bit(signal))) return &other;
  return nullptr;
}

}  // namespace

int own_signal(int linux_signal) {
  for (size_t i = 1; i < kLinuxSignals.size(); i++)
    if (kLinuxSignals[i] == linux_signal) return static_cast<int>(i);
  return linux_signal;
}

int linux_signal(int own_signal) {
  return own_signal >= 0 && own_signal < kSignals ? kLinuxSignals[static_cast<size_t>(own_signal)] : -1;
}

int take_signal(Machine& machine, Thread& thread, int signal) {
  const int own = own_signal(signal);
  if (own >= kSignals || own == kKill || own == kStop) return signal;
  siginfo_t information = {};
  ptrace(PTRACE_GETSIGINFO, thread.id, 0, &information);
  const bool is_fault = is_from_fault(information);
  const PendingSignal pending{.signal = own,
                              .address = is_fault ? reinterpret_cast<uint64_t>(information.si_addr) : 0,
                              .code = is_fault ? information.si_code : 0};
  const SignalAction& action = machine.actions[own];
  const bool is_blocked = (thread.mask & signal_bit(own)) != 0;
  if (is_fault && (is_blocked || action.handler <= kIgnored)) return signal;
  if (is_ignored(action, own)) return 0;
  if (is_blocked) {
    Thread* other = information.si_code == SI_TKILL ? nullptr : other_thread_for(machine, thread, own);
    if (other)
      syscall(SYS_tgkill, machine.process, other->id, signal);
    else
      thread.pending.push_back(pending);
    return 0;
  }
  if (action.handler == kDefault) return signal;
  enter_handler(machine, thread, pending);
  return 0;
}

void deliver_pending(Machine& machine, Thread& thread) {
  for (size_t i = 0; i < thread.pending.size(); i++) {
    const PendingSignal signal = thread.pending[i];
    if (thread.mask & signal_bit(signal.signal)) continue;
    thread.pending.erase(thread.pending.begin() + static_cast<ptrdiff_t>(i--));
    const SignalAction& action = machine.actions[signal.signal];
    if (is_ignored(action, signal.signal)) continue;
    if (action.handler == kDefault) {
      syscall(SYS_tgkill, machine.process, thread.id, linux_signal(signal.signal));
      continue;
    }
    enter_handler(machine, thread, signal);
  }
}

// What the kernel maps for handlers to return through.
void write_signal_code(Machine& machine) {
  const SignalLayout& layout = machine.system.signals;
  std::string code;
  if (layout.entry == HandlerInFrame) {
    code = std::string("\xff\x14\x24", 3);       // call *(%rsp)
    code += std::string("\x48\x8d\xbc\x24", 4);  // lea context(%rsp), %rdi
    const uint32_t context = layout.context;
    code.append(reinterpret_cast<const char*>(&context), 4);
    code += std::string("\x6a\x00", 2);  // push $0
  } else {
    code = std::string("\xff\xd0", 2);           // call *%rax
    code += std::string("\x48\x89\xe7\x57", 4);  // mov %rsp, %rdi; push %rdi
  }
  code += '\xb8';  // mov $number, %eax
  const uint32_t number = layout.return_call;
  code.append(reinterpret_cast<const char*>(&number), 4);
  code += std::string("\x0f\x05\x0f\x0b", 4);  // syscall; ud2
  std::memcpy(machine.page.local + SharedPage::kCode, code.data(), code.size());
}

// ---- calls

namespace calls {

namespace {

// The old set of the calling thread, and what `how` makes of it.
bool change_mask(Thread& thread, uint64_t how, uint64_t set) {
  constexpr uint64_t kBlock = 1, kUnblock = 2, kSet = 3;
  if (how < kBlock || how > kSet) return false;
  if (how == kBlock) set |= thread.mask;
  if (how == kUnblock) set = thread.mask & ~set;
  thread.mask = set & ~kUnblockable;
  return true;
}

Answer restore(Machine& machine, Thread& thread, const std::string& context, bool takes_mask) {
  const SignalLayout& layout = machine.system.signals;
  Registers& registers = thread.at_entry;
  const uint64_t flags = registers.eflags;
  for (const RegisterPlace& place : layout.registers)
    std::memcpy(&(registers.*place.field), context.data() + place.offset, 8);
  constexpr uint64_t kUserFlags = 0xcd5;  // the arithmetic flags and the direction
  registers.eflags = (flags & ~kUserFlags) | (registers.eflags & kUserFlags);
  registers.orig_rax = ~uint64_t{0};
  if (takes_mask) {
    thread.mask = 0;
    std::memcpy(&thread.mask, context.data() + layout.mask, layout.mask_size < 8 ? layout.mask_size : 8);
    thread.mask &= ~kUnblockable;
  }
  user_fpregs_struct floating_point;
  if (layout.floating_point_pointer >= 0) {
    uint64_t address = 0;
    std::memcpy(&address, context.data() + layout.floating_point_pointer, 8);
    if (address == 0) return {.kind = Answer::Kind::Restored};
    if (!machine.read(address, &floating_point, sizeof floating_point)) return failed(kEFAULT);
  } else {
    std::memcpy(&floating_point, context.data() + layout.floating_point, sizeof floating_point);
  }
  ptrace(PTRACE_SETFPREGS, thread.id, 0, &floating_point);
  return {.kind = Answer::Kind::Restored};
}

}  // namespace

Answer sigaction(Machine& machine, Thread&, const Arguments& arguments) {
  const SignalLayout& layout = machine.system.signals;
  const uint64_t signal = arguments[0], wanted = arguments[1], old = arguments[2];
  if (signal < 1 || signal >= kSignals) return failed(kEINVAL);
  SignalAction& action = machine.actions[signal];
  const size_t mask_size = layout.mask_size < 8 ? layout.mask_size : 8;
  SignalAction next = {.trampoline = arguments[3]};
  std::string bytes(layout.action_size, '\0');
  if (wanted != 0) {
    if (signal == kKill || signal == kStop) return failed(kEINVAL);
    if (!machine.read(wanted, bytes.data(), bytes.size())) return failed(kEFAULT);
    std::memcpy(&next.handler, bytes.data(), 8);
    std::memcpy(&next.mask, bytes.data() + layout.action_mask, mask_size);
    std::memcpy(&next.flags, bytes.data() + layout.action_flags, 4);
  }
  if (old != 0) {
    std::string previous(layout.action_size, '\0');
    std::memcpy(previous.data(), &action.handler, 8);
    std::memcpy(previous.data() + layout.action_mask, &action.mask, mask_size);
    std::memcpy(previous.data() + layout.action_flags, &action.flags, 4);
    if (!machine.write(old, previous.data(), previous.size())) return failed(kEFAULT);
  }
  if (wanted != 0) action = next;
  return done();
}

Answer sigaction_sigtramp(Machine& machine, Thread& thread, const Arguments& arguments) {
  constexpr uint64_t kVersion = 2;  // of the trampoline: siginfo handlers
  if (arguments[1] != 0 && arguments[4] != kVersion) return failed(kEINVAL);
  return sigaction(machine, thread, arguments);
}

Answer sigprocmask(Machine& machine, Thread& thread, const Arguments& arguments) {
  const uint64_t old[2] = {thread.mask, 0};
  if (arguments[1] != 0) {
    const auto set = machine.get<uint64_t>(arguments[1]);
    if (!set) return failed(kEFAULT);
    if (!change_mask(thread, arguments[0], *set)) return failed(kEINVAL);
  }
  if (arguments[2] != 0 && !machine.put(arguments[2], old)) return failed(kEFAULT);
  return done();
}

// OpenBSD: the set is the argument, and the old one the result.
Answer sigprocmask_by_value(Machine&, Thread& thread, const Arguments& arguments) {
  const uint64_t old = thread.mask;
  if (!change_mask(thread, static_cast<uint32_t>(arguments[0]), static_cast<uint32_t>(arguments[1])))
    return failed(kEINVAL);
  return done(static_cast<uint32_t>(old));
}

Answer sigaltstack(Machine& machine, Thread& thread, const Arguments& arguments) {
  const bool is_on = stands_on_alternate(thread, thread.at_entry.rsp);
  AlternateStack old = thread.alternate;
  if (is_on) old.flags |= kIsOnStack;
  if (arguments[0] != 0) {
    const auto wanted = machine.get<AlternateStack>(arguments[0]);
    if (!wanted) return failed(kEFAULT);
    if (is_on) return failed(kEPERM);
    if (wanted->flags & ~kIsDisabled) return failed(kEINVAL);
    constexpr uint64_t kSmallest = 2048;
    if (!(wanted->flags & kIsDisabled) && wanted->size < kSmallest) return failed(kENOMEM);
    thread.alternate = *wanted;
  }
  if (arguments[1] != 0 && !machine.put(arguments[1], old)) return failed(kEFAULT);
  return done();
}

Answer sigreturn(Machine& machine, Thread& thread, const Arguments& arguments) {
  std::string context(machine.system.signals.context_size, '\0');
  if (!machine.read(arguments[0], context.data(), context.size())) return failed(kEFAULT);
  return restore(machine, thread, context, true);
}

Answer getcontext(Machine& machine, Thread& thread, const Arguments& arguments) {
  Registers registers = thread.at_entry;
  set_result(registers, machine.system, done());
  const std::string context = make_context(machine, thread, registers);
  return machine.write(arguments[0], context.data(), context.size()) ? done() : failed(kEFAULT);
}

// NetBSD: only what uc_flags names is taken.
Answer setcontext(Machine& machine, Thread& thread, const Arguments& arguments) {
  const SignalLayout& layout = machine.system.signals;
  std::string context(layout.context_size, '\0');
  if (!machine.read(arguments[0], context.data(), context.size())) return failed(kEFAULT);
  uint32_t flags = 0;
  std::memcpy(&flags, context.data() + layout.flags, 4);
  constexpr uint32_t kMask = 1, kCpu = 4;
  if (!(flags & kCpu)) return failed(kEINVAL);
  return restore(machine, thread, context, (flags & kMask) != 0);
}

}  // namespace calls

}  // namespace osrun
