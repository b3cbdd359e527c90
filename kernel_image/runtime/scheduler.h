// Which thread runs.
//
// Ready threads take turns in order of arrival, a quantum each. A thread that waits leaves the CPU by a software
// interrupt, so a thread is always put aside in the same way: registers in its control block (traps.S), extended state
// behind it. The timer is set for the next deadline, and for the end of the quantum if somebody else is ready; with one
// thread that does not sleep there are no interrupts at all.
#pragma once

#include "kernel_image/runtime/thread.h"

namespace xrt XRT_HIDDEN {

// A doubly linked list of threads, through one of their pairs of links.
template <ThreadLinks Thread::* Links>
class ThreadQueue {
 public:
  Thread* first() const { return first_; }
  static Thread* after(const Thread* thread) { return (thread->*Links).next; }

  void append(Thread* thread) { insert_before(nullptr, thread); }

  // A null place is the end.
  void insert_before(Thread* place, Thread* thread) {
    Thread* previous = place != nullptr ? (place->*Links).previous : last_;
    thread->*Links = {place, previous};
    (previous != nullptr ? (previous->*Links).next : first_) = thread;
    (place != nullptr ? (place->*Links).previous : last_) = thread;
  }

  void remove(Thread* thread) {
    const ThreadLinks links = thread->*Links;
    (links.previous != nullptr ? (links.previous->*Links).next : first_) = links.next;
    (links.next != nullptr ? (links.next->*Links).previous : last_) = links.previous;
    thread->*Links = {nullptr, nullptr};
  }

 private:
  Thread* first_ = nullptr;
  Thread* last_ = nullptr;
};

struct WaitQueue : ThreadQueue<&Thread::links> {};

// The registers of a thread that was never run: it will call code(thread).
void set_start(Thread* thread, void (*code)(Thread*), uint64_t stack_top, uint64_t thread_pointer);

// All of these with interrupts off.

// Puts a new thread, or one that waited, at the end of the ready ones.
void make_ready(Thread* thread);

// The current thread waits, in the queue if that is not null, until wake() or the deadline. False if the deadline came
// first.
bool wait_in(WaitQueue* queue, uint64_t deadline);

// Ends the wait of a thread.
void wake(Thread* thread, bool is_timed_out);

// The current thread ends; no return.
[[noreturn]] void leave_for_good();

// Gives the turn to the next ready thread.
void give_way();

}  // namespace xrt XRT_HIDDEN
