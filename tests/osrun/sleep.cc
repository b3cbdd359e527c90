// Sleeping and waking: the queues of umtx_op, umtx_sleep, __thrsleep, futex and _lwp_park.
//
// A thread that sleeps runs a futex call of Linux on a word of the shared page that only it waits on, so that signals
// and timeouts end its sleep as they end any call. Who sleeps on what is known here alone.
#include <cerrno>
#include <climits>
#include <ctime>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/osrun/machine.h"

namespace osrun {

namespace {

Answer finish_sleep(Machine& machine, Thread& thread, int64_t result) {
  const uint8_t timeout_error = thread.sleep->timeout_error;
  const bool is_woken = machine.page.word(thread.number).is_woken != 0;
  thread.sleep.reset();
  if (is_woken) return done();
  return result == -ETIMEDOUT ? failed(timeout_error) : failed(kEINTR);
}

}  // namespace

Answer sleep_on(Machine& machine, Thread& thread, uint64_t channel, const timespec* timeout, uint8_t timeout_error) {
  thread.sleep = Sleep{.channel = channel, .order = machine.sleeps++, .timeout_error = timeout_error};
  SharedPage::Word& word = machine.page.word(thread.number);
  word = {.timeout = timeout ? *timeout : timespec{}};
  const uint64_t address = machine.page.word_address(thread.number);
  return {.kind = Answer::Kind::Forwarded,
          .number = SYS_futex,
          .arguments = {address, FUTEX_WAIT, 0, timeout ? address + offsetof(SharedPage::Word, timeout) : 0},
          .finish = finish_sleep};
}

void wake_thread(Machine& machine, Thread& thread) {
  SharedPage::Word& word = machine.page.word(thread.number);
  __atomic_store_n(&word.is_woken, 1, __ATOMIC_SEQ_CST);
  syscall(SYS_futex, &word.is_woken, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

uint32_t wake(Machine& machine, uint64_t channel, uint32_t count) {
  uint32_t woken = 0;
  for (; woken < count; woken++) {
    Thread* first = nullptr;
    for (auto& [id, thread] : machine.threads) {
      if (!thread.sleep || thread.sleep->channel != channel || machine.page.word(thread.number).is_woken) continue;
      if (!first || thread.sleep->order < first->sleep->order) first = &thread;
    }
    if (!first) break;
    wake_thread(machine, *first);
  }
  return woken;
}

timespec time_until(int clock, const timespec& end) {
  timespec now = {};
  clock_gettime(clock, &now);
  timespec rest = {end.tv_sec - now.tv_sec, end.tv_nsec - now.tv_nsec};
  if (rest.tv_nsec < 0) rest = {rest.tv_sec - 1, rest.tv_nsec + 1000000000};
  return rest.tv_sec < 0 ? timespec{} : rest;
}

}  // namespace osrun
