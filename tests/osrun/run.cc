// Starting the program under ptrace, and the loop over its stops. See machine.h.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/osrun/machine.h"
#include "tests/osrun/report.h"

namespace osrun {

namespace {

constexpr long kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC;
// Linux's own results of calls that a signal interrupts; no program ever sees them.
bool is_interruption(int64_t result) {
  return (result <= -512 && result >= -514) || result == -516;
}

[[noreturn]] void become(const Image& image, char** arguments) {
  ptrace(PTRACE_TRACEME, 0, 0, 0);
  raise(SIGSTOP);
  execve(image.path.c_str(), arguments, environ);
  stop(kRefusedStatus, "%s: %s", image.path.c_str(), std::strerror(errno));
}

// Has the stopped program run one call of Linux, at an instruction that is put where it stands.
int64_t inject(Machine& machine, Thread& thread, uint64_t number, std::initializer_list<uint64_t> arguments) {
  const Registers saved = get_registers(thread);
  const auto instructions = machine.get<uint16_t>(saved.rip);
  if (!instructions)
    stop(128 + 11, "%s: nothing is mapped at its entry, 0x%llx", machine.image.path.c_str(), saved.rip);
  constexpr uint16_t kSyscall = 0x050f, kInterrupt80 = 0x80cd;
  machine.put<uint16_t>(saved.rip, machine.image.word_size == 8 ? kSyscall : kInterrupt80);
  Registers registers = saved;
  uint64_t argument[6] = {};
  std::copy(arguments.begin(), arguments.end(), argument);
  set_call(registers, machine, number, argument);
  registers.rax = registers.orig_rax;
  registers.orig_rax = saved.orig_rax;
  set_registers(thread, registers);
  for (int stops = 0; stops < 2; stops++) {
    resume(thread, 0);
    waitpid(thread.id, nullptr, __WALL);
  }
  const int64_t result = get_result(get_registers(thread), machine);
  set_registers(thread, saved);
  machine.put<uint16_t>(saved.rip, *instructions);
  return result;
}

void share_page(Machine& machine, Thread& thread, int file) {
  void* local = mmap(nullptr, SharedPage::kSize, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (local == MAP_FAILED) stop(kUnsupportedStatus, "mmap: %s", std::strerror(errno));
  machine.page.local = static_cast<char*>(local);
  const int64_t remote =
      inject(machine, thread, SYS_mmap,
             {0, SharedPage::kSize, PROT_READ | PROT_EXEC, MAP_SHARED, static_cast<uint64_t>(file), 0});
  if (remote < 0 && remote > -4096) stop(kUnsupportedStatus, "cannot map the shared page into the program");
  machine.page.remote = static_cast<uint64_t>(remote);
  inject(machine, thread, SYS_close, {static_cast<uint64_t>(file)});
}

// Leaves of Linux's auxiliary vector what has the same numbers in all systems, AT_PHDR to AT_ENTRY. Returns the bias of
// a position independent program.
uint64_t rewrite_auxiliary_vector(Machine& machine, uint64_t stack) {
  const uint64_t word = machine.image.word_size;
  uint64_t address = stack + word + (*machine.get_word(stack) + 1) * word;
  while (*machine.get_word(address) != 0) address += word;
  address += word;
  uint64_t bias = 0;
  uint64_t kept = address;
  for (;; address += 2 * word) {
    const uint64_t type = *machine.get_word(address), value = *machine.get_word(address + word);
    if (type == AT_ENTRY) bias = value - machine.image.entry;
    if (type == AT_NULL) break;
    if (type < AT_PHDR || type > AT_ENTRY) continue;
    machine.put_word(kept, type);
    machine.put_word(kept + word, value);
    kept += 2 * word;
  }
  for (; kept <= address; kept += 2 * word) {
    machine.put_word(kept, 0);
    machine.put_word(kept + word, 0);
  }
  return bias;
}

void fill_random(const Machine& machine, uint64_t bias) {
  for (const Range& range : machine.image.random) {
    std::string bytes(range.size, '\0');
    for (size_t at = 0; at < bytes.size(); at += 256)
      if (getrandom(bytes.data() + at, std::min<size_t>(256, bytes.size() - at), 0) < 0) break;
    machine.write(range.address + bias, bytes.data(), bytes.size());
  }
}

// NetBSD: struct ps_strings, which RBX points at.
void put_strings(Machine& machine, uint64_t stack) {
  const uint64_t word = machine.image.word_size, count = *machine.get_word(stack);
  uint64_t strings[4] = {stack + word, count, stack + word + (count + 1) * word, 0};
  while (*machine.get_word(strings[2] + strings[3] * word) != 0) strings[3]++;
  for (int i = 0; i < 4; i++) std::memcpy(machine.page.local + SharedPage::kStrings + i * word, &strings[i], word);
}

// The program stands at its entry with Linux's registers; its own kernel's are put there.
void enter_program(Machine& machine, Thread& thread) {
  Registers registers = get_registers(thread);
  const uint64_t stack = registers.rsp;
  fill_random(machine, rewrite_auxiliary_vector(machine, stack));
  if (machine.system.starts_with_argument) {
    registers.rdi = stack;
    registers.rsp = ((stack - 8) & ~uint64_t{15}) + 8;
  }
  if (machine.system.starts_with_strings) {
    put_strings(machine, stack);
    registers.rbx = machine.page.remote + SharedPage::kStrings;
  }
  set_registers(thread, registers);
}

void start_program(Machine& machine, char** arguments) {
  const int file = memfd_create("osrun", 0);
  if (file < 0 || ftruncate(file, SharedPage::kSize) != 0)
    stop(kUnsupportedStatus, "memfd_create: %s", std::strerror(errno));
  machine.process = fork();
  if (machine.process == 0) become(machine.image, arguments);
  Thread& thread = machine.threads[machine.process];
  thread.id = machine.process;
  thread.number = machine.next_thread++;
  thread.is_started = true;
  int status = 0;
  waitpid(machine.process, &status, 0);
  if (ptrace(PTRACE_SETOPTIONS, machine.process, 0, kOptions) != 0)
    stop(kUnsupportedStatus, "ptrace: %s", std::strerror(errno));
  ptrace(PTRACE_CONT, machine.process, 0, 0);
  waitpid(machine.process, &status, 0);
  if (WIFEXITED(status)) std::exit(WEXITSTATUS(status));
  if (status >> 8 != (SIGTRAP | PTRACE_EVENT_EXEC << 8))
    stop(kRefusedStatus, "%s: Linux cannot map it", machine.image.path.c_str());
  machine.memory = open(("/proc/" + std::to_string(machine.process) + "/mem").c_str(), O_RDWR | O_CLOEXEC);
  resume(thread, 0);  // to the end of execve
  waitpid(machine.process, &status, 0);
  share_page(machine, thread, file);
  close(file);
  if (machine.image.word_size == 8) write_signal_code(machine);
  enter_program(machine, thread);
  resume(thread, 0);
}

const CallRow& find_call(const Machine& machine, const Registers& registers) {
  for (const CallRow& row : machine.system.calls)
    if (row.number == registers.orig_rax) return row;
  stop(kUnsupportedStatus, "%.*s system call %llu at 0x%llx is not one the runner knows",
       static_cast<int>(machine.system.title.size()), machine.system.title.data(), registers.orig_rax,
       registers.rip - 2);
}

void enter_call(Machine& machine, Thread& thread) {
  Registers registers = get_registers(thread);
  thread.at_entry = registers;
  thread.is_in_call = true;
  thread.is_interrupted = false;
  thread.call = &find_call(machine, registers);
  const Arguments arguments = get_arguments(machine, registers);
  thread.answer = thread.call->handle(machine, thread, arguments);
  trace("[%u] %s(0x%lx, 0x%lx, 0x%lx, 0x%lx)\n", thread.number, thread.call->name, arguments[0], arguments[1],
        arguments[2], arguments[3]);
  if (thread.answer.kind == Answer::Kind::Forwarded) {
    set_call(registers, machine, thread.answer.number, thread.answer.arguments);
  } else {
    registers.orig_rax = ~uint64_t{0};  // Linux runs nothing
  }
  set_registers(thread, registers);
}

// The call is undone, so that it will be made again if the signal that interrupts it leaves the thread where it is.
void undo_call(Thread& thread) {
  Registers registers = thread.at_entry;
  registers.rax = registers.orig_rax;
  registers.orig_rax = ~uint64_t{0};
  registers.rip -= 2;
  thread.is_interrupted = true;
  thread.sleep.reset();
  set_registers(thread, registers);
}

Answer answer_of_linux(Machine& machine, Thread& thread, int64_t result) {
  if (thread.answer.finish) return thread.answer.finish(machine, thread, result);
  if (result < 0 && result > -4096) return failed_as_linux(machine, static_cast<int>(-result));
  return done(static_cast<uint64_t>(result));
}

void leave_call(Machine& machine, Thread& thread) {
  thread.is_in_call = false;
  const int64_t result = get_result(get_registers(thread), machine);
  Answer answer = thread.answer;
  if (answer.kind == Answer::Kind::Forwarded) {
    const bool is_woken = thread.sleep && machine.page.word(thread.number).is_woken != 0;
    if (is_interruption(result) && !is_woken) return undo_call(thread);
    answer = answer_of_linux(machine, thread, result);
  }
  if (answer.kind == Answer::Kind::Restored) {
    set_registers(thread, thread.at_entry);  // the handler changed them
  } else {
    Registers registers = thread.at_entry;
    registers.orig_rax = ~uint64_t{0};
    set_result(registers, machine.system, answer);
    set_registers(thread, registers);
  }
  deliver_pending(machine, thread);
}

void see_stop(Machine& machine, Thread& thread, int status) {
  const int signal = WSTOPSIG(status), event = status >> 16;
  if (signal == (SIGTRAP | 0x80)) {
    thread.is_in_call ? leave_call(machine, thread) : enter_call(machine, thread);
    return resume(thread, 0);
  }
  if (event == PTRACE_EVENT_CLONE) {
    unsigned long id = 0;
    ptrace(PTRACE_GETEVENTMSG, thread.id, 0, &id);
    start_born_thread(machine, thread, static_cast<pid_t>(id));
    return resume(thread, 0);
  }
  if (event != 0) return resume(thread, 0);
  resume(thread, take_signal(machine, thread, signal));
}

// A new thread's first stop may come before or after its creator's event.
void see_first_stop(Machine& machine, pid_t id) {
  Thread& thread = machine.threads[id];
  thread.id = id;
  if (thread.number != 0) let_run(thread);  // else start_born_thread will
}

}  // namespace

int run(Image image, char** arguments) {
  Machine machine(std::move(image));
  start_program(machine, arguments);
  int result = kUnsupportedStatus;
  for (;;) {
    int status = 0;
    const pid_t id = waitpid(-1, &status, __WALL);
    if (id < 0 && errno == EINTR) continue;
    if (id < 0) return result;
    if (WIFSTOPPED(status)) {
      const auto found = machine.threads.find(id);
      if (found == machine.threads.end() || !found->second.is_started)
        see_first_stop(machine, id);
      else
        see_stop(machine, found->second, status);
      continue;
    }
    machine.threads.erase(id);
    if (id != machine.process) continue;
    if (WIFEXITED(status)) result = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) {
      std::fprintf(stderr, "osrun: %s: ended by signal %d\n", machine.image.path.c_str(), own_signal(WTERMSIG(status)));
      result = 128 + own_signal(WTERMSIG(status));
    }
  }
}

}  // namespace osrun
