/* Functions with a stack protector, whose guard is elsewhere on Darwin; then one that overwrites its own frame. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((noinline)) static long leaf(const char *text, long a, long b, long c, long d, long e) {
  char copy[16];
  for (int i = 0; i < 16; i++) copy[i] = text[i % 4];
  return copy[a & 15] + a * 2 + b * 3 + c * 5 + d * 7 + e * 11;
}

__attribute__((noinline)) static double average(int count, ...) {
  double values[8], sum = 0;
  va_list list;
  va_start(list, count);
  for (int i = 0; i < count; i++) values[i] = va_arg(list, double);
  va_end(list);
  for (int i = 0; i < count; i++) sum += values[i];
  return sum / count;
}

__attribute__((noinline)) static int deep(int depth) {
  char room[32];
  snprintf(room, sizeof(room), "%d", depth);
  return depth == 0 ? (int)strlen(room) : deep(depth - 1) + (int)strlen(room);
}

__attribute__((noinline)) static void overwrite(volatile char *at, int size) {
  for (int i = 0; i < size; i++) at[i] = (char)i;
}

__attribute__((noinline)) static void smash(int size) {
  char room[8];
  overwrite(room, size);
}

int main(void) {
  printf("%ld %.2f %d\n", leaf("abcd", 1, 2, 3, 4, 5), average(3, 1.0, 2.5, 4.0), deep(120));
  smash(8);
  printf("still here\n");
  fflush(NULL);
  smash(120);
  printf("not reached\n");
  return 0;
}
