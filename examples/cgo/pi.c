/* The first 200 digits of pi, with GMP: the spigot of Gibbons, one digit after the other. */
#include "cgo.h"

static mpz_t numerator, accumulator, denominator, quotient, product;

static void next_term(word k) {
  __gmpz_addmul_ui(accumulator, numerator, 2);
  __gmpz_mul_ui(accumulator, accumulator, 2 * k + 1);
  __gmpz_mul_ui(numerator, numerator, k);
  __gmpz_mul_ui(denominator, denominator, 2 * k + 1);
}

/* The digit that `factor` times the numerator would make: both 3 and 4 must agree on it. */
static char digit_with(word factor) {
  char text[32];
  __gmpz_mul_ui(product, numerator, factor);
  __gmpz_add(product, product, accumulator);
  __gmpz_tdiv_q(quotient, product, denominator);
  __gmpz_get_str(text, 10, quotient);
  return text[0];
}

static void remove_digit(char digit) {
  __gmpz_submul_ui(accumulator, denominator, (word)(digit - '0'));
  __gmpz_mul_ui(accumulator, accumulator, 10);
  __gmpz_mul_ui(numerator, numerator, 10);
}

void program(void) {
  enum { kDigits = 200, kPerLine = 50 };
  char line[kPerLine + 1];
  __gmpz_init_set_ui(numerator, 1);
  __gmpz_init_set_ui(accumulator, 0);
  __gmpz_init_set_ui(denominator, 1);
  __gmpz_init_set_ui(quotient, 0);
  __gmpz_init_set_ui(product, 0);
  word k = 0;
  for (int count = 0; count < kDigits;) {
    char digit;
    do {
      do next_term(++k);
      while (__gmpz_cmp(numerator, accumulator) > 0);
      digit = digit_with(3);
    } while (digit != digit_with(4));
    remove_digit(digit);
    line[count++ % kPerLine] = digit;
    if (count % kPerLine != 0) continue;
    line[kPerLine] = 0;
    print_line(line);
  }
}
