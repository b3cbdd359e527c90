/* A chain of threads hands a large number on; each multiplies it by its own number, which it finds through m. What
 * comes out at the end is a factorial. The number is GMP's, and so is the work on it. */
#include "cgo.h"

enum { kLinks = 30, kRounds = 3 };
static struct channel channels[kLinks + 1];

static void link_of_chain(word place) {
  for (;;) {
    mpz_t* number = (mpz_t*)take_from(&channels[place]);
    __gmpz_mul_ui(*number, *number, get_m()->number);
    put_into(&channels[place + 1], (word)number);
  }
}

void program(void) {
  for (word i = 0; i < kLinks; i++) start_thread(link_of_chain, i);
  mpz_t number;
  __gmpz_init_set_ui(number, 1);
  for (int round = 0; round < kRounds; round++) {
    char text[200];
    put_into(&channels[0], (word)&number);
    take_from(&channels[kLinks]);
    __gmpz_get_str(text, 10, number);
    print_line(text);
  }
}
