// Threads on stacks and with thread pointers of the program's own, as Linux's clone makes them.
#include "kernel_image/runtime/scheduler.h"
#include "kernel_image/runtime/threads.h"

namespace xrt XRT_HIDDEN {

namespace {

constexpr uint64_t kRequired = XRT_CLONE_VM | XRT_CLONE_FS | XRT_CLONE_FILES | XRT_CLONE_SIGHAND | XRT_CLONE_THREAD;
constexpr uint64_t kKnown = kRequired | XRT_CLONE_SYSVSEM | XRT_CLONE_SETTLS | XRT_CLONE_PARENT_SETTID |
                            XRT_CLONE_CHILD_SETTID | XRT_CLONE_CHILD_CLEARTID;

void clear_id(Thread* thread) {
  __atomic_store_n(thread->cleared_at_end, 0u, __ATOMIC_SEQ_CST);
  xrt_futex_wake(thread->cleared_at_end, 1);
}

}  // namespace

}  // namespace xrt XRT_HIDDEN

using namespace xrt;

long xrt_clone(uint64_t flags, void* stack, uint32_t* parent_id, uint32_t* child_id, void* thread_pointer,
               int (*function)(void*), void* argument) {
  if ((flags & kRequired) != kRequired || (flags & ~kKnown) || stack == nullptr) return -XRT_EINVAL;
  if ((flags & XRT_CLONE_PARENT_SETTID) && parent_id == nullptr) return -XRT_EINVAL;
  if ((flags & (XRT_CLONE_CHILD_SETTID | XRT_CLONE_CHILD_CLEARTID)) && child_id == nullptr) return -XRT_EINVAL;
  Thread* thread = make_thread_area(0, thread_addresses);
  if (thread == nullptr) return -XRT_ENOMEM;
  thread->is_detached = true;
  if (flags & XRT_CLONE_CHILD_CLEARTID) {
    thread->cleared_at_end = child_id;
    thread->at_end = clear_id;
  }
  const auto own = reinterpret_cast<uint64_t>(thread);
  const auto chosen = reinterpret_cast<uint64_t>(thread_pointer);
  InterruptLock lock;  // it must not run before its number is where it was asked for
  start_thread(thread,
               {function, argument, reinterpret_cast<uint64_t>(stack), flags & XRT_CLONE_SETTLS ? chosen : own});
  if (flags & XRT_CLONE_PARENT_SETTID) *parent_id = thread->id;
  if (flags & XRT_CLONE_CHILD_SETTID) *child_id = thread->id;
  return thread->id;
}
