// SignalsHeld: while it lives, signals that ask the process to end wait for the thread it was made in.
//
// For steps of which a signal handler must see all or nothing, and for threads that leave signals to their maker. Those
// that a fault sends to the thread it happens in (SIGBUS and its like) are not held.
#pragma once

#include <csignal>

namespace xld {

class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t held;
    sigfillset(&held);
    for (const int fault : {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS}) sigdelset(&held, fault);
    ::pthread_sigmask(SIG_BLOCK, &held, &before_);
  }
  ~SignalsHeld() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t before_;
};

}  // namespace xld
