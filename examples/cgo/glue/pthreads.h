/* Linux and Darwin: threads are pthreads, and the system's library gives each its thread register. */
#include "../cgo.h"

int pthread_create(void* thread, const void* attributes, void* (*run)(void*), void* argument);
int pthread_attr_init(void* attributes);
int pthread_attr_getstacksize(const void* attributes, word* size);
int pthread_mutex_init(void* mutex, const void* attributes);
int pthread_mutex_lock(void* mutex);
int pthread_mutex_unlock(void* mutex);
int pthread_cond_init(void* condition, const void* attributes);
int pthread_cond_wait(void* condition, void* mutex);
int pthread_cond_broadcast(void* condition);
int sched_yield(void);
void* calloc(word count, word size);
void free(void* memory);
void exit(int status) __attribute__((noreturn));
void* signal(int number, void (*handler)(int));
int setitimer(int which, const void* value, void* old);

/* Larger than any system's, and zeros. */
static word lock[32], changed[32];

static void prepare_waiting(void) {
  pthread_mutex_init(lock, 0);
  pthread_cond_init(changed, 0);
}

void glue_sleep(volatile uint* at, uint value) {
  pthread_mutex_lock(lock);
  while (*at == value) pthread_cond_wait(changed, lock);
  pthread_mutex_unlock(lock);
}

void glue_wake(volatile uint* at) {
  (void)at;
  pthread_mutex_lock(lock);
  pthread_cond_broadcast(changed);
  pthread_mutex_unlock(lock);
}

void* glue_allocate(word size) {
  return calloc(1, size);
}
void glue_yield(void) {
  sched_yield();
}

void glue_die(const char* why) {
  puts(why);
  exit(3);
}

static void* enter_thread(void* copy) {
  const struct thread_start start = *(struct thread_start*)copy;
  free(copy);
  thread_begin(&start, (word)__builtin_frame_address(0));
  return 0;
}

void glue_thread_start(const struct thread_start* start) {
  struct thread_start* copy = calloc(1, sizeof *copy); /* lives until the thread has read it */
  word attributes[32] = {0}, thread[2], size = 0;
  *copy = *start;
  pthread_attr_init(attributes);
  pthread_attr_getstacksize(attributes, &size);
  start->g->stack_guard = size;
  if (pthread_create(thread, attributes, enter_thread, copy) != 0) glue_die("no thread");
}

static void handle_alarm(int number) {
  (void)number;
  runtime_tick();
}

void glue_start_timer(void) {
  enum { kAlarm = 14, kRealTimer = 0 };
  static const long timer[4] = {0, 0, 0, 5000};
  signal(kAlarm, handle_alarm);
  setitimer(kRealTimer, timer, 0);
}
