// Compiled for Linux, linked to Mach-O: thread-local variables as programs that are no libraries reach them, by offsets
// from the thread pointer. Compiled several times with other models and without optimisation.
#include "models.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct Large {
  long a, b, c, d, e;
};

static __thread int small = 5;
static __thread unsigned char byte = 250;
__thread double real = 1.5;
static __thread int table[16] = {1, 2, 3};
static __thread struct Large large = {1, 2, 3, 4, 5};
static int twice(int x) {
  return 2 * x;
}
static int thrice(int x) {
  return 3 * x;
}
static __thread int (*function)(int) = twice;
static __thread float lanes[4] = {1, 2, 3, 4};
static __thread _Bool flag;

// A leaf with variables below the stack pointer.
__attribute__((noinline)) static int leaf(int i) {
  volatile int below[8] = {i, 1, 2, 3, 4, 5, 6, 7};
  small += below[i & 7];
  table[i & 15] += small;
  return below[0] + below[7] + table[i & 15];
}

__attribute__((noinline)) static long sum(struct Large x) {
  return x.a + x.b * 2 + x.c * 3 + x.d * 4 + x.e * 5;
}

// Flags live across the access.
__attribute__((noinline)) static int compare(int a, int b) {
  const int is_less = a < b;
  small++;
  return is_less ? small : -small;
}

__attribute__((noinline)) static int* address(int i) {
  return i < 0 ? &small : &table[i];
}
__attribute__((noinline)) static int call(int x) {
  return function(x);
}
__attribute__((noinline)) static long pass(void) {
  return sum(large);
}

static void* run(void* argument) {
  const int add = *(int*)argument;
  char* line = malloc(300);
  for (int i = 0; i < 100; i++) {
    leaf(i + add);
    byte += (unsigned char)add;
    real = real * 1.01 + add;
    lanes[i & 3] += (float)i;
    large.c += add;
    of_other += add;
    other_table[i % 5] += other_hidden++;
    *address(i % 16) ^= i;
#ifdef __x86_64__  // elsewhere it may be a function of the compiler's library
    __atomic_fetch_add(&small, add, __ATOMIC_SEQ_CST);
#endif
    flag = !flag;
  }
  if (add == 2) function = thrice;
  *address(-1) += compare(add, 2);
  snprintf(line, 300, "%d: %d %d %.4f %d %d %d %ld %.0f %d %d %d %d", add, small, byte, real, table[3], table[15],
           call(7), pass(), lanes[2], flag, of_other, other_table[4], other_value());
  return line;
}

int main(void) {
  pthread_t threads[3];
  int adds[3] = {1, 2, 3};
  for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, run, &adds[i]);
  for (int i = 0; i < 3; i++) {
    void* line;
    pthread_join(threads[i], &line);
    puts(line);
    free(line);
  }
  int own = 4;
  puts(run(&own));
  fflush(NULL);
  return small & 63;
}
