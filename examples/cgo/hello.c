/* A line of output, a call that keeps no register, and a signal that finds its own g. */
#include "cgo.h"

void program(void) {
  print_line("hello, world");

  union {
    unsigned char bytes[8];
    uint sum;
  } numbers = {{1, 2, 3, 4, 5, 6, 7, 14}};
  crosscall2(sum_on_stack, &numbers, sizeof numbers.bytes);
  char text[40] = "the sum is ";
  format_number(text + 11, numbers.sum);
  print_line(text);

  struct g* mine = get_g();
  glue_start_timer();
  while (get_m()->signal_g->ticks == 0) glue_yield();
  print_line(get_g() == mine && mine->ticks == 0 ? "the signal had its own g" : "the signal spoiled g");
}
