/* Two threads pass a number to and fro, and each adds its own to what it gets: Fibonacci's numbers. Each line has the
 * number of the thread, which it finds through m. */
#include "cgo.h"

static struct channel to_even, to_odd, allowed, printed;
static const uint kCount = 46;

static void print_number(uint number) {
  take_from(&allowed);
  char text[40] = "thread ";
  char* end = format_number(text + 7, (uint)get_m()->number);
  *end++ = ':', *end++ = ' ';
  format_number(end, number);
  print_line(text);
  put_into(&printed, number);
}

static void add_up(word start) {
  uint mine = (uint)start;
  struct channel* in = start == 0 ? &to_even : &to_odd;
  struct channel* out = start == 0 ? &to_odd : &to_even;
  if (start == 0) put_into(out, 0);
  for (;;) {
    const uint other = (uint)take_from(in);
    print_number(other);
    mine += other;
    put_into(out, mine);
  }
}

void program(void) {
  start_thread(add_up, 0);
  start_thread(add_up, 1);
  for (uint i = 0; i < kCount; i++) {
    put_into(&allowed, 1);
    take_from(&printed);
  }
}
