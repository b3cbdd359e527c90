// Threads that call the same functions of the system for the first time, all at once: each call may be the one that
// binds.
#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>

enum { kThreads = 8 };
static pthread_barrier_t barrier;

static void* work(void* result) {
  pthread_barrier_wait(&barrier);
  long sum = (long)strlen("abc") + (long)strnlen("abc", 2) + (long)strspn("aab", "a") + (long)strcspn("baa", "a");
  sum += !strcmp("a", "a") + !strncmp("ab", "ac", 1) + !strcasecmp("A", "a") + !strncasecmp("Ab", "aC", 1);
  sum += !memcmp("a", "a", 1) + !wmemcmp(L"a", L"a", 1) + !wcscmp(L"a", L"a") + (long)wcslen(L"ab");
  sum += atoi("7") + atol("8") + (long)atoll("9") + strtol("10", 0, 10) + (long)strtoul("11", 0, 10);
  sum += (long)strtoll("12", 0, 10) + (long)strtoull("13", 0, 10) + (long)strtod("14", 0) + (long)atof("15");
  sum += abs(-5) + labs(-6) + (long)llabs(-7) + toupper('a') + tolower('A') + ffs(4) + !!isalpha('a');
  sum +=
      !!strchr("ab", 'b') + !!strrchr("ab", 'a') + !!strstr("ab", "b") + !!strpbrk("ab", "b") + !!memchr("ab", 'b', 2);
  *(long*)result = sum;
  return 0;
}

int main(void) {
  pthread_t threads[kThreads];
  long sums[kThreads];
  pthread_barrier_init(&barrier, 0, kThreads);
  for (int i = 0; i < kThreads; i++) pthread_create(&threads[i], 0, work, &sums[i]);
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], 0);
  for (int i = 0; i < kThreads; i++)
    if (sums[i] != sums[0]) return 1;
  printf("%ld\n", sums[0]);
  return 0;
}
