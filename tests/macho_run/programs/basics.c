/* What every C program does: data with addresses in it, calls through lazy and other pointers, the standard streams,
   errno, files, variadic functions, setjmp, constructors and destructors. */
#include "system.h"

static const char *names[] = {"zero", "one", "two"};
static int values[] = {3, 1, 2};
int *pointer_to_value = &values[1];
int (*indirect_puts)(const char *) = puts;
extern int absent_function(int) __attribute__((weak_import));

static int order = 0, first_seen, second_seen;
__attribute__((constructor)) static void first(void) { first_seen = ++order; }
__attribute__((constructor)) static void second(void) { second_seen = ++order; }
__attribute__((destructor)) static void last(void) { fprintf(__stdoutp, "destructor %d\n", order); }
static void at_exit(void) { order = 9; }

static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

static int format(char *to, size_t size, const char *how, ...) {
  __builtin_va_list list;
  __builtin_va_start(list, how);
  int length = vsnprintf(to, size, how, list);
  __builtin_va_end(list);
  return length;
}

static jmp_buf place;
static void jump(int value) { longjmp(place, value); }

int main(int argc, char **argv, char **envp, char **apple) {
  char buffer[64];
  static int big[10000];
  printf("constructors %d %d, arguments %d %s\n", first_seen, second_seen, argc, argv[argc - 1]);
  printf("%s %d %d\n", names[*pointer_to_value], sizeof(void *) == 8 ? 64 : 32, big[9999]);
  indirect_puts("through a pointer");
  qsort(values, 3, sizeof(int), compare);
  format(buffer, sizeof(buffer), "%d %s %.2f %c %lld", values[0] * 100 + values[1] * 10 + values[2], "text", 2.5, 'x', 1LL << 40);
  puts(buffer);
  printf("%.3f\n", sqrt(2.0));
  errno = 0;
  int file = open("/nonexistent/file", O_RDWR);
  printf("open %d, not there %d\n", file, errno == ENOENT);
  file = open("scratch.txt", O_RDWR | O_CREAT | O_TRUNC, 0600);
  long written = write(file, "written", 7);
  close(file);
  printf("written %ld, removed %d\n", written, unlink("scratch.txt"));
  int jumped = setjmp(place);
  if (jumped == 0) jump(5);
  printf("jumped %d, absent %d, apple %d, environment %d\n", jumped, absent_function == 0, apple[0] != 0, envp[0] != 0);
  atexit(at_exit);
  return 3;
}
