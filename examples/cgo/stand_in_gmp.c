/* The functions of GMP that pi and chain use, as a library of its name for targets where there is no GMP here: 386 and
 * Darwin.
 *
 * Numbers are digits of 16 bits, the lowest first, with a sign: small and slow, and without a division that a 32-bit
 * CPU would need help for. `size` is negative for a negative number, as in GMP.
 */
#include "cgo.h"

enum { kCapacity = 1024 };
typedef unsigned short digit;

/* Numbers are made one after the other and never freed. */
static digit* new_digits(void) {
  enum { kNumbers = 16 };
  static digit digits[kNumbers][kCapacity];
  static int count;
  return count < kNumbers ? digits[count++] : 0;
}

static digit* digits_of(const mpz_t x) {
  return (digit*)x->digits;
}
static int length_of(const mpz_t x) {
  return x->size < 0 ? -x->size : x->size;
}

static int trim(const digit* digits, int length) {
  while (length > 0 && digits[length - 1] == 0) length--;
  return length;
}

void __gmpz_init_set_ui(mpz_t x, word value) {
  x->allocated = kCapacity;
  x->digits = (word*)new_digits();
  int length = 0;
  for (; value != 0; value >>= 16) digits_of(x)[length++] = (digit)value;
  x->size = length;
}

static int compare(const digit* a, int a_length, const digit* b, int b_length) {
  if (a_length != b_length) return a_length < b_length ? -1 : 1;
  for (int i = a_length - 1; i >= 0; i--)
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  return 0;
}

int __gmpz_cmp(const mpz_t a, const mpz_t b) {
  if ((a->size < 0) != (b->size < 0)) return a->size < b->size ? -1 : 1;
  const int order = compare(digits_of(a), length_of(a), digits_of(b), length_of(b));
  return a->size < 0 ? -order : order;
}

static int add_digits(digit* sum, const digit* a, int a_length, const digit* b, int b_length) {
  uint carry = 0;
  int i = 0;
  for (; i < a_length || i < b_length || carry != 0; i++) {
    carry += (i < a_length ? a[i] : 0u) + (i < b_length ? b[i] : 0u);
    sum[i] = (digit)carry;
    carry >>= 16;
  }
  return i;
}

static int subtract_digits(digit* rest, const digit* a, int a_length, const digit* b, int b_length) {
  uint borrow = 0;
  for (int i = 0; i < a_length; i++) {
    const uint taken = (i < b_length ? b[i] : 0u) + borrow;
    borrow = a[i] < taken;
    rest[i] = (digit)(a[i] - taken);
  }
  return trim(rest, a_length);
}

/* sum = a + b, where b counts as negative if `is_negative`. */
static void add_signed(mpz_t sum, const mpz_t a, const digit* b, int b_length, int is_negative) {
  const int a_length = length_of(a), a_negative = a->size < 0;
  if (a_negative == is_negative) {
    const int length = add_digits(digits_of(sum), digits_of(a), a_length, b, b_length);
    sum->size = is_negative ? -length : length;
    return;
  }
  const int order = compare(digits_of(a), a_length, b, b_length);
  const int length = order >= 0 ? subtract_digits(digits_of(sum), digits_of(a), a_length, b, b_length)
                                : subtract_digits(digits_of(sum), b, b_length, digits_of(a), a_length);
  sum->size = (order >= 0 ? a_negative : is_negative) ? -length : length;
}

void __gmpz_add(mpz_t sum, const mpz_t a, const mpz_t b) {
  add_signed(sum, a, digits_of(b), length_of(b), b->size < 0);
}

/* The factor is below 65536 in these programs. */
static int multiply_digits(digit* product, const digit* a, int length, word factor) {
  uint carry = 0;
  for (int i = 0; i < length; i++) {
    carry += a[i] * (uint)factor;
    product[i] = (digit)carry;
    carry >>= 16;
  }
  if (carry != 0) product[length++] = (digit)carry;
  return trim(product, length);
}

void __gmpz_mul_ui(mpz_t product, const mpz_t a, word factor) {
  const int is_negative = a->size < 0;
  const int length = multiply_digits(digits_of(product), digits_of(a), length_of(a), factor);
  product->size = is_negative ? -length : length;
}

void __gmpz_addmul_ui(mpz_t sum, const mpz_t a, word factor) {
  digit product[kCapacity];
  const int length = multiply_digits(product, digits_of(a), length_of(a), factor);
  add_signed(sum, sum, product, length, a->size < 0);
}

void __gmpz_submul_ui(mpz_t rest, const mpz_t a, word factor) {
  digit product[kCapacity];
  const int length = multiply_digits(product, digits_of(a), length_of(a), factor);
  add_signed(rest, rest, product, length, !(a->size < 0));
}

/* Bit by bit, of the absolute values. */
void __gmpz_tdiv_q(mpz_t quotient, const mpz_t a, const mpz_t b) {
  digit rest[kCapacity], result[kCapacity];
  int length = 0;
  const int a_length = length_of(a);
  for (int bit = a_length * 16 - 1; bit >= 0; bit--) {
    length = add_digits(rest, rest, length, rest, length);
    if (digits_of(a)[bit / 16] >> bit % 16 & 1) {
      if (length == 0) rest[length++] = 0;
      rest[0] |= 1;
    }
    if (bit % 16 == 15) result[bit / 16] = 0;
    if (compare(rest, length, digits_of(b), length_of(b)) < 0) continue;
    length = subtract_digits(rest, rest, length, digits_of(b), length_of(b));
    result[bit / 16] |= (digit)(1u << bit % 16);
  }
  const int is_negative = (a->size < 0) != (b->size < 0);
  const int result_length = trim(result, a_length);
  for (int i = 0; i < result_length; i++) digits_of(quotient)[i] = result[i];
  quotient->size = is_negative ? -result_length : result_length;
}

char* __gmpz_get_str(char* text, int base, const mpz_t x) {
  digit rest[kCapacity];
  int length = length_of(x), count = 0;
  char reversed[kCapacity];
  for (int i = 0; i < length; i++) rest[i] = digits_of(x)[i];
  do {
    uint remainder = 0;
    for (int i = length - 1; i >= 0; i--) {
      remainder = remainder << 16 | rest[i];
      rest[i] = (digit)(remainder / (uint)base);
      remainder %= (uint)base;
    }
    length = trim(rest, length);
    reversed[count++] = (char)('0' + remainder);
  } while (length > 0);
  char* end = text;
  if (x->size < 0) *end++ = '-';
  while (count > 0) *end++ = reversed[--count];
  *end = 0;
  return text;
}
