// Functions for the end of the program and of threads: atexit, and destructors of static and thread-local objects
// (Itanium C++ ABI, 3.3.6; thread-local ones as in glibc's and LLVM's __cxa_thread_atexit).
#include "kernel_image/runtime/exit_functions.h"

#include "kernel_image/runtime/fault.h"
#include "kernel_image/runtime/include/xrt.h"
#include "kernel_image/runtime/processor.h"

namespace xrt XRT_HIDDEN {

struct ExitFunction {
  void (*function)(void*);
  void* argument;
  ExitFunction* next;
};

namespace {

ExitFunction* of_program;

// In the control block: a thread whose FS is the program's own has no thread-local variables of ours.
ExitFunction*& of_thread() {
  return this_processor().current->exit_functions;
}

void add(ExitFunction*& list, void (*function)(void*), void* argument) {
  auto* entry = static_cast<ExitFunction*>(xrt_allocate(sizeof(ExitFunction)));
  if (entry == nullptr) end_without_memory();
  InterruptLock lock;
  *entry = {function, argument, list};
  list = entry;
}

ExitFunction* take_latest(ExitFunction*& list) {
  InterruptLock lock;
  ExitFunction* entry = list;
  if (entry != nullptr) list = entry->next;
  return entry;
}

// What runs may register more.
void run_all(ExitFunction*& list) {
  while (ExitFunction* entry = take_latest(list)) {
    entry->function(entry->argument);
    xrt_free(entry);
  }
}

void call_without_argument(void* function) {
  reinterpret_cast<void (*)()>(function)();
}

}  // namespace

}  // namespace xrt XRT_HIDDEN

extern "C" {

int __cxa_atexit(void (*function)(void*), void* argument, void*) {
  xrt::add(xrt::of_program, function, argument);
  return 0;
}

int __cxa_thread_atexit(void (*function)(void*), void* argument, void*) {
  xrt::add(xrt::of_thread(), function, argument);
  return 0;
}

[[gnu::weak]] int atexit(void (*function)()) {
  xrt::add(xrt::of_program, xrt::call_without_argument, reinterpret_cast<void*>(function));
  return 0;
}

void xrt_run_thread_exit_functions() {
  xrt::run_all(xrt::of_thread());
}

void xrt_run_exit_functions() {
  xrt::run_all(xrt::of_thread());
  xrt::run_all(xrt::of_program);
}

}  // extern "C"
