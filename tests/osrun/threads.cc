// Creating and ending threads. Each is a Linux thread of the same process; the registers it starts with are set while
// it stands at its first stop.
#include <sched.h>
#include <sys/syscall.h>

#include "tests/osrun/machine.h"

namespace osrun {

namespace {

constexpr uint64_t kCloneFlags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;

Answer finish_create(Machine& machine, Thread& thread, int64_t result) {
  thread.birth.reset();
  if (result < 0) return failed_as_linux(machine, static_cast<int>(-result));
  return done();
}

Answer finish_create_with_number(Machine& machine, Thread& thread, int64_t result) {
  const Answer answer = finish_create(machine, thread, result);
  if (answer.kind == Answer::Kind::Failed) return answer;
  return done(machine.threads.at(static_cast<pid_t>(result)).number);
}

}  // namespace

Answer create_thread(Machine& machine, Thread& thread, Birth birth, bool returns_number) {
  birth.registers.orig_rax = ~uint64_t{0};
  const uint64_t descriptor = birth.gs_base ? machine.page.put_descriptor(thread.number, *birth.gs_base) : 0;
  if (birth.gs_base) select_thread(birth.registers, *birth.gs_base);
  thread.birth = birth;
  return {.kind = Answer::Kind::Forwarded,
          .number = SYS_clone,
          .arguments = {kCloneFlags | (descriptor != 0 ? CLONE_SETTLS : 0), 0, 0, descriptor},
          .finish = returns_number ? finish_create_with_number : finish_create};
}

void start_born_thread(Machine& machine, Thread& parent, pid_t id) {
  Thread& child = machine.threads[id];
  const bool is_waiting = child.id != 0;  // its first stop came before this event
  const Birth& birth = *parent.birth;
  child.id = id;
  child.number = machine.next_thread++;
  child.at_entry = birth.registers;
  child.mask = birth.mask;
  for (const uint64_t address : birth.number_address) {
    const uint64_t number = child.number;
    if (address != 0) machine.write(address, &number, static_cast<size_t>(birth.number_size));
  }
  if (is_waiting) let_run(child);
}

void let_run(Thread& thread) {
  thread.is_started = true;
  set_registers(thread, thread.at_entry);
  resume(thread, 0);
}

Answer end_thread() {
  return {.kind = Answer::Kind::Forwarded, .number = SYS_exit};
}

}  // namespace osrun
