// The program while it runs: its threads as Linux threads under ptrace, and what its kernel would know of them.
//
// Every thread is stopped at the entry and at the exit of every system call. Between the two stops Linux runs nothing,
// or another call that the handler chose. The runner itself has one thread: what a handler does to the queues and the
// memory here is atomic for the program's other threads' calls, as it would be under a kernel's lock.
#pragma once
#include <cstdint>
#include <ctime>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "tests/osrun/image.h"
#include "tests/osrun/system.h"

namespace osrun {

constexpr int kSignals = 33;  // 1 to 32
constexpr uint64_t signal_bit(int signal) {
  return uint64_t{1} << (signal - 1);
}

struct SignalAction {
  uint64_t handler = 0;  // 0: default, 1: ignored
  uint64_t mask = 0;
  uint32_t flags = 0;
  uint64_t trampoline = 0;  // NetBSD
};

struct PendingSignal {
  int signal = 0;
  uint64_t address = 0;
  int code = 0;
};

struct AlternateStack {
  uint64_t start = 0, size = 0;
  uint32_t flags = 4;  // SS_DISABLE
};

// A thread that waits in the runner: on a channel, in order of arrival.
struct Sleep {
  uint64_t channel = 0, order = 0;
  uint8_t timeout_error = 0;
};

// What a new thread starts with; written where the creator asked for its number.
struct Birth {
  Registers registers = {};
  uint64_t number_address[2] = {};
  int number_size = 4;
  std::optional<uint64_t> gs_base = {};  // on the 386
  uint64_t mask = 0;
};

struct Thread {
  pid_t id = 0;         // Linux's number
  uint32_t number = 0;  // the system's
  bool is_in_call = false, is_started = false;
  Registers at_entry = {};
  const CallRow* call = nullptr;
  Answer answer;
  std::optional<Sleep> sleep;
  std::optional<Birth> birth;   // of the thread it creates
  bool is_interrupted = false;  // a call was undone for a signal that is about to arrive
  bool may_skip_park = false;   // NetBSD: unparked before it parked
  uint64_t end_word = 0;        // cleared or set when it ends
  uint64_t mask = 0;
  std::vector<PendingSignal> pending;
  AlternateStack alternate;
};

// The page that runner and program share: the words that sleeping threads wait on, and the kernel's code for signals.
struct SharedPage {
  static constexpr size_t kSize = 0x4000, kCode = 0x3000, kStrings = 0x3800, kWords = 256;
  struct Word {
    uint32_t is_woken = 0, padding = 0;
    timespec timeout = {};
  };
  // What Linux wants to know of a thread's GS on the 386: one of these a thread.
  struct Descriptor {
    uint32_t entry, base, limit, flags;
  };
  static constexpr size_t kDescriptors = 0x2000;
  static_assert(kWords * sizeof(Word) <= kDescriptors && kDescriptors + kWords * sizeof(Descriptor) <= kCode);
  char* local = nullptr;
  uint64_t remote = 0;
  Word& word(uint32_t index) const { return reinterpret_cast<Word*>(local)[index % kWords]; }
  uint64_t word_address(uint32_t index) const { return remote + (index % kWords) * sizeof(Word); }
  // Writes a thread's, and returns its address.
  uint64_t put_descriptor(uint32_t index, uint64_t base) const;
};

struct Machine {
  const Image image;
  const System& system;
  pid_t process = 0;
  int memory = -1;  // /proc/PID/mem
  SharedPage page;
  std::map<pid_t, Thread> threads;
  SignalAction actions[kSignals];
  uint64_t sleeps = 0;
  uint32_t next_thread = 0;

  explicit Machine(Image file)
      : image(std::move(file)), system(*image.system), next_thread(image.system->first_thread) {}

  // Memory of the program. False: it is not there (EFAULT).
  bool read(uint64_t address, void* bytes, size_t size) const;
  bool write(uint64_t address, const void* bytes, size_t size) const;
  template <typename T>
  std::optional<T> get(uint64_t address) const {
    T value;
    if (!read(address, &value, sizeof value)) return std::nullopt;
    return value;
  }
  template <typename T>
  bool put(uint64_t address, const T& value) const {
    return write(address, &value, sizeof value);
  }

  // A word of the program's: 4 or 8 bytes.
  std::optional<uint64_t> get_word(uint64_t address) const {
    uint64_t value = 0;
    if (!read(address, &value, image.word_size)) return std::nullopt;
    return value;
  }
  bool put_word(uint64_t address, uint64_t value) const { return write(address, &value, image.word_size); }

  Thread* find_thread(uint32_t number);
};

Registers get_registers(const Thread& thread);
void set_registers(const Thread& thread, const Registers& registers);
// The words of a call that Linux is to run in place of the program's.
void set_call(Registers& registers, const Machine& machine, uint64_t number, const uint64_t* arguments);
Arguments get_arguments(const Machine& machine, const Registers& registers);
// What Linux's call returned.
int64_t get_result(const Registers& registers, const Machine& machine);
void set_result(Registers& registers, const System& system, const Answer& answer);
// The calling thread's GS gets a base of its own, on the 386.
Answer set_gs_base(Machine& machine, Thread& thread, uint64_t base);
constexpr uint64_t kThreadSelector = 12 << 3 | 3;  // the first of Linux's three entries for threads
void select_thread(Registers& registers, uint64_t base);
// Runs on to the next stop, with a signal of Linux or 0.
void resume(const Thread& thread, int signal);

// Starts the program and runs it to its end. Returns its status, or 128 and the signal that ended it.
int run(Image image, char** arguments);

// ---- answers

inline Answer done(uint64_t value = 0) {
  return {.value = value};
}
inline Answer failed(uint64_t error) {
  return {.kind = Answer::Kind::Failed, .value = error};
}
Answer failed_as_linux(const Machine& machine, int linux_error);

// ---- sleeping (sleep.cc)

// The calling thread sleeps on the channel; `timeout` is relative, and its end is `timeout_error`.
Answer sleep_on(Machine& machine, Thread& thread, uint64_t channel, const timespec* timeout, uint8_t timeout_error);
// Wakes up to `count` threads in order of arrival; returns how many.
uint32_t wake(Machine& machine, uint64_t channel, uint32_t count);
void wake_thread(Machine& machine, Thread& thread);
// From an absolute time of a clock of Linux to a relative one; zero if it has passed.
timespec time_until(int clock, const timespec& end);

// ---- threads (threads.cc)

// The calling thread creates one that starts with its `birth`. The result is 0, or the new thread's number.
Answer create_thread(Machine& machine, Thread& thread, Birth birth, bool returns_number);
// The creating thread's clone event: numbers the new thread and lets it run.
void start_born_thread(Machine& machine, Thread& parent, pid_t id);
void let_run(Thread& thread);
Answer end_thread();

// ---- signals (signals.cc)

int own_signal(int linux_signal);
int linux_signal(int own_signal);
// A signal-delivery stop. Returns the signal Linux shall go on with, 0 for none.
int take_signal(Machine& machine, Thread& thread, int signal);
// Delivers what is pending and not blocked.
void deliver_pending(Machine& machine, Thread& thread);
void write_signal_code(Machine& machine);

}  // namespace osrun
