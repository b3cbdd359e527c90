// Threads: static initialisers that the host does not know, thread-specific data in the slots that %gs shows, and
// threads that begin with the registers an image expects.
#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/bytes.h"
#include "tests/macho_run/darwin.h"
#include "tests/macho_run/host.h"
#include "tests/macho_run/report.h"

namespace macho_run {

namespace {

// Objects of Darwin begin with a signature, which a static initialiser sets, and are as large as the host's, but for
// conditions.
// The first call that sees it makes the host's object in its place.
constexpr Word kMutexSignature = 0x32aaaba7, kRecursiveMutexSignature = 0x32aaaba2, kErrorMutexSignature = 0x32aaaba1;
constexpr Word kConditionSignature = 0x3cb0b1bb, kLockSignature = 0x2da8b3b4, kOnceSignature = 0x30b1bcba;

pthread_mutex_t conversion = PTHREAD_MUTEX_INITIALIZER;

// Runs `make` once for an object that has one of Darwin's signatures.
template <class Make>
void convert(void* object, Word signature, Make make) {
  auto* word = static_cast<std::atomic<Word>*>(object);
  if (word->load(std::memory_order_acquire) != signature) return;
  pthread_mutex_lock(&conversion);
  if (word->load(std::memory_order_acquire) == signature) make();
  pthread_mutex_unlock(&conversion);
}

void make_mutex(pthread_mutex_t* mutex, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, type);
  pthread_mutex_init(mutex, &attributes);
}

pthread_mutex_t* host_mutex(pthread_mutex_t* mutex) {
  convert(mutex, kMutexSignature, [=] { make_mutex(mutex, PTHREAD_MUTEX_NORMAL); });
  convert(mutex, kRecursiveMutexSignature, [=] { make_mutex(mutex, PTHREAD_MUTEX_RECURSIVE); });
  convert(mutex, kErrorMutexSignature, [=] { make_mutex(mutex, PTHREAD_MUTEX_ERRORCHECK); });
  return mutex;
}

// Darwin's conditions of 32 bits have 28 bytes, the host's 48: what the image has in its place is a pointer.
struct Condition {
  std::atomic<Word> signature;
  pthread_cond_t* host;
};

void make_condition(Condition* condition) {
  condition->host = new pthread_cond_t;
  pthread_cond_init(condition->host, nullptr);
  condition->signature.store(0, std::memory_order_release);
}

pthread_cond_t* host_condition(Condition* condition) {
  convert(condition, kConditionSignature, [=] { make_condition(condition); });
  return condition->host;
}

pthread_rwlock_t* host_lock(pthread_rwlock_t* lock) {
  convert(lock, kLockSignature, [=] { pthread_rwlock_init(lock, nullptr); });
  return lock;
}

int mutex_init(pthread_mutex_t* m, const pthread_mutexattr_t* a) {
  return pthread_mutex_init(m, a);
}
int mutex_lock(pthread_mutex_t* m) {
  return darwin_error(pthread_mutex_lock(host_mutex(m)));
}
int mutex_trylock(pthread_mutex_t* m) {
  return darwin_error(pthread_mutex_trylock(host_mutex(m)));
}
int mutex_unlock(pthread_mutex_t* m) {
  return darwin_error(pthread_mutex_unlock(host_mutex(m)));
}
int mutex_destroy(pthread_mutex_t* m) {
  return darwin_error(pthread_mutex_destroy(host_mutex(m)));
}
// Darwin: normal 0, error checking 1, recursive 2.
int mutex_type(pthread_mutexattr_t* a, int type) {
  constexpr int kTypes[] = {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_RECURSIVE};
  return type < 0 || type > 2 ? EINVAL : pthread_mutexattr_settype(a, kTypes[type]);
}

int condition_init(Condition* c, const void*) {
  make_condition(c);
  return 0;
}
int condition_wait(Condition* c, pthread_mutex_t* m) {
  return pthread_cond_wait(host_condition(c), host_mutex(m));
}
int condition_timed_wait(Condition* c, pthread_mutex_t* m, const timespec* until) {
  return darwin_error(pthread_cond_timedwait(host_condition(c), host_mutex(m), until));
}
int condition_relative_wait(Condition* c, pthread_mutex_t* m, const timespec* span) {
  timespec until{};
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += span->tv_sec;
  until.tv_nsec += span->tv_nsec;
  if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
  return condition_timed_wait(c, m, &until);
}
int condition_signal(Condition* c) {
  return pthread_cond_signal(host_condition(c));
}
int condition_broadcast(Condition* c) {
  return pthread_cond_broadcast(host_condition(c));
}
int condition_destroy(Condition* c) {
  pthread_cond_t* const host = host_condition(c);
  const int error = pthread_cond_destroy(host);
  delete host;
  return error;
}

int lock_init(pthread_rwlock_t* l, const void*) {
  return pthread_rwlock_init(l, nullptr);
}
int lock_read(pthread_rwlock_t* l) {
  return pthread_rwlock_rdlock(host_lock(l));
}
int lock_write(pthread_rwlock_t* l) {
  return pthread_rwlock_wrlock(host_lock(l));
}
int lock_unlock(pthread_rwlock_t* l) {
  return pthread_rwlock_unlock(host_lock(l));
}
int lock_destroy(pthread_rwlock_t* l) {
  return pthread_rwlock_destroy(host_lock(l));
}

// Darwin's control block is {signature, words}; a plain zero is the host's form.
int once(Word* control, void (*function)()) {
  static pthread_mutex_t running = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
  pthread_mutex_lock(&running);
  if (*control == kOnceSignature || *control == 0) {
    *control = 1;
    macho_call(reinterpret_cast<Word>(function), 0, 0, 0, 0, 0);
  }
  pthread_mutex_unlock(&running);
  return 0;
}

// ---- thread-specific data

// Keys are slots of the block that %gs shows: Go looks for its value there. The slots old Go programs use without
// asking (%gs:0x8a0 and %gs:0x468) are not given out.
constexpr unsigned long kFirstKey = 256;
constexpr unsigned long kReserved[] = {0x8a0 / 8, 0x468 / 4};
std::atomic<unsigned long> next_key{kFirstKey};
void (*destructors[kThreadSlots])(void*);

bool is_reserved(unsigned long key) {
  for (const unsigned long reserved : kReserved) {
    if (key == reserved) return true;
  }
  return false;
}

int create_key(unsigned long* key, void (*destructor)(void*)) {
  unsigned long chosen;
  do {
    chosen = next_key++;
  } while (is_reserved(chosen));
  if (chosen >= kThreadSlots) return EAGAIN;
  destructors[chosen] = destructor;
  *key = chosen;
  return 0;
}

int delete_key(unsigned long key) {
  if (key >= kThreadSlots) return EINVAL;
  destructors[key] = nullptr;
  return 0;
}

void* get_specific(unsigned long key) {
  return key < kThreadSlots ? reinterpret_cast<void*>(thread_slots()[key]) : nullptr;
}

int set_specific(unsigned long key, const void* value) {
  if (key >= kThreadSlots) return EINVAL;
  thread_slots()[key] = reinterpret_cast<Word>(value);
  return 0;
}

void run_destructors() {
  constexpr int kRounds = 4;
  for (int round = 0; round < kRounds; round++) {
    for (unsigned long key = kFirstKey; key < kThreadSlots; key++) {
      const Word value = thread_slots()[key];
      if (value == 0 || !destructors[key]) continue;
      thread_slots()[key] = 0;
      macho_call(reinterpret_cast<Word>(destructors[key]), value, 0, 0, 0, 0);
    }
  }
}

// ---- threads

struct Start {
  Word function, argument;
};

void* run_thread(void* raw) {
  const Start start = *static_cast<Start*>(raw);
  delete static_cast<Start*>(raw);
  prepare_thread();
  // pthread_exit() and cancellation leave this function from below.
  struct AtEnd {
    ~AtEnd() { run_destructors(); }
  } at_end;
  return reinterpret_cast<void*>(macho_call(start.function, start.argument, 0, 0, 0, 0));
}

int create_host_thread(pthread_t* thread, const pthread_attr_t* attributes, Word function, Word argument) {
  return pthread_create(thread, attributes, run_thread, new Start{function, argument});
}
int create_thread(pthread_t* thread, const pthread_attr_t* attributes, Word function, Word argument) {
  return darwin_error(create_host_thread(thread, attributes, function, argument));
}

// Darwin: joinable 1, detached 2.
int set_detached(pthread_attr_t* attributes, int state) {
  return pthread_attr_setdetachstate(attributes, state == 2 ? PTHREAD_CREATE_DETACHED : PTHREAD_CREATE_JOINABLE);
}

int set_name(const char* name) {
  return pthread_setname_np(pthread_self(), name);
}

int thread_number(pthread_t, uint64_t* number) {
  *number = static_cast<uint64_t>(syscall(SYS_gettid));
  return 0;
}

unsigned mach_thread() {
  return static_cast<unsigned>(syscall(SYS_gettid));
}

int is_main_thread() {
  return syscall(SYS_gettid) == getpid();
}

size_t stack_size(pthread_t thread) {
  pthread_attr_t attributes;
  void* address;
  size_t size = 0;
  if (pthread_getattr_np(thread, &attributes) == 0) pthread_attr_getstack(&attributes, &address, &size);
  return size;
}

void* stack_top(pthread_t thread) {
  pthread_attr_t attributes;
  void* address = nullptr;
  size_t size = 0;
  if (pthread_getattr_np(thread, &attributes) == 0) pthread_attr_getstack(&attributes, &address, &size);
  return static_cast<char*>(address) + size;
}

int send_signal(pthread_t thread, int number) {
  return pthread_kill(thread, host_signal(number));
}

void unfair_lock(std::atomic<uint32_t>* lock) {
  while (lock->exchange(1, std::memory_order_acquire)) sched_yield();
}
bool unfair_try_lock(std::atomic<uint32_t>* lock) {
  return !lock->exchange(1, std::memory_order_acquire);
}
void unfair_unlock(std::atomic<uint32_t>* lock) {
  lock->store(0, std::memory_order_release);
}

const HostSymbol kShims[] = {
    {"pthread_mutex_init", mutex_init},
    {"pthread_mutex_lock", mutex_lock},
    {"pthread_mutex_trylock", mutex_trylock},
    {"pthread_mutex_unlock", mutex_unlock},
    {"pthread_mutex_destroy", mutex_destroy},
    {"pthread_mutexattr_settype", mutex_type},
    {"pthread_cond_init", condition_init},
    {"pthread_cond_wait", condition_wait},
    {"pthread_cond_timedwait", condition_timed_wait},
    {"pthread_cond_timedwait_relative_np", condition_relative_wait},
    {"pthread_cond_signal", condition_signal},
    {"pthread_cond_broadcast", condition_broadcast},
    {"pthread_cond_destroy", condition_destroy},
    {"pthread_rwlock_init", lock_init},
    {"pthread_rwlock_rdlock", lock_read},
    {"pthread_rwlock_wrlock", lock_write},
    {"pthread_rwlock_unlock", lock_unlock},
    {"pthread_rwlock_destroy", lock_destroy},
    {"pthread_once", once},
    {"pthread_key_create", create_key},
    {"pthread_key_delete", delete_key},
    {"pthread_getspecific", get_specific},
    {"pthread_setspecific", set_specific},
    {"pthread_create", create_thread},
    {"pthread_attr_setdetachstate", set_detached},
    {"pthread_setname_np", set_name},
    {"pthread_threadid_np", thread_number},
    {"pthread_mach_thread_np", mach_thread},
    {"mach_thread_self", mach_thread},
    {"pthread_main_np", is_main_thread},
    {"pthread_get_stacksize_np", stack_size},
    {"pthread_get_stackaddr_np", stack_top},
    {"pthread_kill", send_signal},
    {"os_unfair_lock_lock", unfair_lock},
    {"os_unfair_lock_trylock", unfair_try_lock},
    {"os_unfair_lock_unlock", unfair_unlock},
};

// A thread needs its segment register, whatever its code was compiled for.
const HostSymbol kHostCodeShims[] = {{"pthread_create", create_host_thread}};

}  // namespace

HostSymbols thread_shims() {
  return kShims;
}
HostSymbols host_code_thread_shims() {
  return kHostCodeShims;
}

}  // namespace macho_run
