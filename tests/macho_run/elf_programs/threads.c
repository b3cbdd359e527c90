// Compiled for Linux, linked to Mach-O: thread-local variables of every access that -fPIC code has, threads, functions
// before and after main, sections between labels, common and weak symbols, shared strings.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "threads.h"

static __thread int of_file = 5, of_file_too;
__thread long of_program = 7;
__thread char zeroed[64];

int tentative[40];
int tentative_here;

__attribute__((weak)) const char* overridden(void) {
  return "the weak one";
}
__attribute__((weak)) extern int nowhere(void);

struct Row {
  const char* name;
  int (*function)(int);
};
static int twice(int x) { return 2 * x; }
static int thrice(int x) { return 3 * x; }
#define ROW(function) \
  static const struct Row row_##function __attribute__((section("rows"), used)) = {#function, function}
ROW(twice);
ROW(thrice);
extern const struct Row __start_rows[], __stop_rows[];

static void at_start_early(void) __attribute__((constructor(101)));
static void at_start(void) __attribute__((constructor));
static void at_end(void) __attribute__((destructor));
static void at_start(void) { puts("start"); }
static void at_start_early(void) { puts("early"); }
static void at_end(void) {
  puts("end");
  fflush(stdout);
}

static void* run(void* argument) {
  int add = *(int*)argument;
  for (int i = 0; i < 1000; i++) {
    of_file += add;
    of_file_too += of_file & 1;
    of_program++;
    of_library += add;
    zeroed[i % 64]++;
  }
  char* line = malloc(100);
  snprintf(line, 100, "thread %d: %d %d %ld %d %d %d", add, of_file, of_file_too, of_program, of_library,
           zeroed[3], library_value());
  return line;
}

static int compare(const void* a, const void* b) { return *(const int*)a - *(const int*)b; }

int main(int count, char** arguments) {
  pthread_t threads[3];
  int adds[3] = {1, 2, 3};
  for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, run, &adds[i]);
  for (int i = 0; i < 3; i++) {
    void* line;
    pthread_join(threads[i], &line);
    puts(line);
    free(line);
  }
  printf("main: %d %d %ld %d\n", of_file, of_file_too, of_program, of_library);
  int sum = 0;
  for (const struct Row* row = __start_rows; row != __stop_rows; row++) sum += row->function(count) + row->name[1];
  printf("%d rows, %d\n", (int)(__stop_rows - __start_rows), sum);
  int values[] = {3, 1, 2};
  qsort(values, 3, sizeof(int), compare);
  printf("%d %d %d, %s, %d\n", values[0], values[1], values[2], overridden(), nowhere ? nowhere() : -1);
  tentative[39] = tentative_here + library_tentative();
  printf("%d %s %d\n", tentative[39], arguments[1], same_string("a string of both files"));
  return library_switch(count) + (strcmp(arguments[1], "first") == 0);
}
