#!/usr/bin/env bash
# The GNU multiple precision library without its library file: only its header, and what the loader finds.
# Only xld: other linkers have no such option.
source "$(dirname "$0")/../lib.sh"

compile main.c -O2 -fPIE <<'SOURCE'
typedef struct { int size, used; unsigned long *limbs; } number[1];
extern void big_init(number), big_set(number, unsigned long), big_mul(number, const number, unsigned long);
extern char *big_text(char *, int, const number);
extern int printf(const char *, ...);
extern const char **gmp_release;
extern void **allocate;
int main(void) {
  number product;
  big_init(product);
  big_set(product, 1);
  for (unsigned long i = 2; i <= 30; i++) big_mul(product, product, i);
  return printf("%s %c %d\n", big_text(0, 10, product), **gmp_release, *allocate != 0) < 0;
}
SOURCE
lib=libgmp.so.10
gcc_link main.o -o main -Xlinker --dynimport=big_init=__gmpz_init,$lib -Xlinker --dynimport=big_set=__gmpz_set_ui,$lib \
  -Xlinker --dynimport=big_mul=__gmpz_mul_ui,$lib -Xlinker --dynimport=big_text=__gmpz_get_str,$lib \
  -Xlinker --dynimport=gmp_release=__gmp_version,$lib -Xlinker --dynimport=allocate=__gmp_allocate_func,$lib
expect_output '265252859812191058636308480000000 6 1' ./main
expect_equal "$(readelf -dW main | grep -c 'NEEDED.*libgmp.so.10')" 1
