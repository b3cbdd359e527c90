// What the system calls do: handlers for the tables in system_*.cc. One that several systems have is here once; its
// number and the places of its arguments are the tables' matter.
#pragma once
#include "tests/osrun/system.h"

namespace osrun::calls {

// The same call of Linux with the same arguments; only number and errors differ.
template <long kNumber>
Answer forward(Machine&, Thread&, const Arguments& a) {
  return {.kind = Answer::Kind::Forwarded, .number = kNumber, .arguments = {a[0], a[1], a[2], a[3], a[4], a[5]}};
}

// Files, memory, time (calls.cc)
Answer lseek_padded(Machine&, Thread&, const Arguments&);
Answer mmap(Machine&, Thread&, const Arguments&);
Answer mmap_padded(Machine&, Thread&, const Arguments&);
Answer mmap_386(Machine&, Thread&, const Arguments&);
Answer mmap_padded_386(Machine&, Thread&, const Arguments&);
Answer mprotect(Machine&, Thread&, const Arguments&);
Answer clock_gettime(Machine&, Thread&, const Arguments&);
Answer sysarch(Machine&, Thread&, const Arguments&);
Answer set_thread_pointer(Machine&, Thread&, const Arguments&);  // _lwp_setprivate, __set_tcb
Answer get_thread_pointer(Machine&, Thread&, const Arguments&);
Answer kill(Machine&, Thread&, const Arguments&);            // a process
Answer kill_thread(Machine&, Thread&, const Arguments&);     // (thread, signal)
Answer kill_thread_of(Machine&, Thread&, const Arguments&);  // (process, thread, signal)
Answer thread_number(Machine&, Thread&, const Arguments&);
Answer end_calling_thread(Machine&, Thread&, const Arguments&);

// Signals (signals.cc)
Answer sigaction(Machine&, Thread&, const Arguments&);
Answer sigaction_sigtramp(Machine&, Thread&, const Arguments&);
Answer sigprocmask(Machine&, Thread&, const Arguments&);
Answer sigprocmask_by_value(Machine&, Thread&, const Arguments&);
Answer sigaltstack(Machine&, Thread&, const Arguments&);
Answer sigreturn(Machine&, Thread&, const Arguments&);
Answer getcontext(Machine&, Thread&, const Arguments&);
Answer setcontext(Machine&, Thread&, const Arguments&);

}  // namespace osrun::calls
