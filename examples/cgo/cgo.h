/* The small runtime of these examples, and what each target's glue does for it.
 *
 * The programs and runtime.c are compiled once for x86-64 and once for i386, for no system. Each thread has two words
 * that they reach through the thread register, g and m; where a target keeps them is the linker's business:
 * --tls-slot=runtime_g=0 --tls-slot=runtime_m=1. What the words are for C is in xld/slots.h, which comes with xld.
 */
#pragma once

#include <xld/slots.h>

typedef unsigned long word; /* as large as a pointer on every target */
typedef unsigned int uint;

/* What runs on a thread, and the thread: what the two words point at. */
struct g {
  word stack_guard; /* the lowest address it may use, and where it began */
  word stack_base;
  void (*run)(word argument);
  word argument;
  volatile uint ticks; /* signals seen while this was g */
};
struct m {
  word number; /* 0, 1, … in the order of their creation */
  struct g* signal_g;
};

struct thread_start {
  struct m* m;
  struct g* g; /* stack_guard holds the size of the stack until the thread runs */
  void (*run)(void);
};

/* ---- the glue of each target --------------------------------------------------------------------------------------
 */

/* Starts a thread that calls thread_begin() on a stack of its own, with its two words in place. */
void glue_thread_start(const struct thread_start* start);
/* Waits until *at is not `value`; wakes all who wait so. */
void glue_sleep(volatile uint* at, uint value);
void glue_wake(volatile uint* at);
void* glue_allocate(word size); /* zeros */
void glue_yield(void);
/* After a few milliseconds, runtime_tick() is called as the system calls the handler of a timer's signal. */
void glue_start_timer(void);
void glue_die(const char* why);
/* Where there is no stdio to import: stand_in_stdio.c is built on it. */
void glue_write(const char* text, word size);

/* ---- runtime.c ----------------------------------------------------------------------------------------------------
 */

/* The glue calls it once, on the first thread, when its two words can be written. Returns when the program is done. */
void runtime_main(word stack_base, word stack_size);
/* The glue calls it on a new thread; returns when the thread may end. */
void thread_begin(const struct thread_start* start, word stack_base);
void runtime_tick(void);

void start_thread(void (*run)(word argument), word argument);

/* A word of memory that one thread at a time puts something into, and another takes it out. */
struct channel {
  volatile uint state;
  word value;
};
void put_into(struct channel* channel, word value);
word take_from(struct channel* channel);

void print_line(const char* text);
/* Decimal digits of `value`, with a zero after them. Returns the end. */
char* format_number(char* text, uint value);

void program(void); /* hello.c, fib.c, pi.c or chain.c */

/* ---- crosscall.S --------------------------------------------------------------------------------------------------
 */

/* Calls code that keeps no register. */
void crosscall(void (*run)(void));
/* The same, with two arguments on the stack. */
void crosscall2(void (*run)(void), void* argument, uint size);
/* Calls C code, with the stack aligned as C wants it, from code that may have any. */
void runcgo(void (*run)(word), word argument);
/* Code of the other kind, for trying: takes a pointer and a size from the stack, spoils every register it may not, and
 * writes the sum of the `size` bytes into the first four. */
void sum_on_stack(void);

/* ---- stdio and GMP, imported where the target has libraries, else stand_in_*.c ------------------------------------
 */

int puts(const char* text);
int fflush(void* stream);

typedef struct {
  int allocated, size;
  word* digits;
} mpz_t[1];

void __gmpz_init_set_ui(mpz_t, word);
void __gmpz_add(mpz_t, const mpz_t, const mpz_t);
void __gmpz_mul_ui(mpz_t, const mpz_t, word);
void __gmpz_addmul_ui(mpz_t, const mpz_t, word);
void __gmpz_submul_ui(mpz_t, const mpz_t, word);
void __gmpz_tdiv_q(mpz_t, const mpz_t, const mpz_t);
int __gmpz_cmp(const mpz_t, const mpz_t);
char* __gmpz_get_str(char*, int base, const mpz_t);

/* ---- the two words ------------------------------------------------------------------------------------------------
 */

static inline struct g* get_g(void) {
  return xld_load_slot(runtime_g);
}
static inline struct m* get_m(void) {
  return xld_load_slot(runtime_m);
}
static inline void set_g(struct g* g) {
  xld_store_slot(runtime_g, g);
}
static inline void set_m(struct m* m) {
  xld_store_slot(runtime_m, m);
}
