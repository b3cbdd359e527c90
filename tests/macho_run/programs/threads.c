/* Threads, each with its own thread-local variables and thread-specific data; static initialisers of mutexes. */
#include "system.h"

__thread int initialised = 40;
__thread char zeroes[100];
static __thread long private_word = 7;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t started = PTHREAD_COND_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int running, total, destroyed, once_count;

static void count_once(void) { once_count++; }
static void destroy(void *value) { destroyed += (int)(long)value; }

static void *work(void *argument) {
  int number = (int)(long)argument;
  pthread_once(&once, count_once);
  initialised += number;
  private_word *= number;
  zeroes[number] = (char)number;
  pthread_setspecific(key, (void *)(long)number);
  pthread_mutex_lock(&mutex);
  running++;
  pthread_cond_broadcast(&started);
  while (running < 4) pthread_cond_wait(&started, &mutex);
  total += initialised + (int)private_word + zeroes[number] + zeroes[number + 1];
  total += (long)pthread_getspecific(key) == number ? 0 : 1000;
  pthread_mutex_unlock(&mutex);
  return &initialised;
}

int main(void) {
  pthread_t threads[4];
  void *places[4];
  pthread_key_create(&key, destroy);
  for (long i = 0; i < 4; i++) pthread_create(&threads[i], 0, work, (void *)(i + 1));
  for (int i = 0; i < 4; i++) pthread_join(threads[i], &places[i]);
  int distinct = places[0] != places[1] && places[1] != places[2] && places[0] != (void *)&initialised;
  printf("total %d, destroyed %d, once %d, distinct %d, main %d %ld\n", total, destroyed, once_count, distinct,
         initialised, private_word);
  return 0;
}
