/* Threads with g and m, channels between them, and lines of output. Knows no system. */
#include "cgo.h"

static struct m first_m;
static struct g first_g;
static volatile uint threads = 1;

static void check(int condition, const char* what) {
  if (!condition) glue_die(what);
}

/* What crosscall() calls: it has no argument but g. */
static void run_g(void) {
  struct g* g = get_g();
  const word here = (word)__builtin_frame_address(0);
  check(here <= g->stack_base && here >= g->stack_guard, "a thread runs on a stack that is not its own");
  g->run(g->argument);
  check(get_g() == g, "g is another one after the thread's work");
}

static void run_program(word argument) {
  (void)argument;
  program();
}

static void give_signal_stack(struct m* m) {
  m->signal_g = glue_allocate(sizeof *m->signal_g);
}

void runtime_main(word stack_base, word stack_size) {
  first_g = (struct g){stack_base - stack_size, stack_base, run_program, 0, 0};
  set_g(&first_g);
  set_m(&first_m);
  check(get_g() == &first_g && get_m() == &first_m, "g or m does not hold what was put there");
  give_signal_stack(&first_m);
  crosscall(run_g);
}

void thread_begin(const struct thread_start* start, word stack_base) {
  start->g->stack_base = stack_base;
  start->g->stack_guard = stack_base - start->g->stack_guard;
  set_g(start->g);
  set_m(start->m);
  crosscall(start->run);
}

void start_thread(void (*run)(word argument), word argument) {
  struct m* m = glue_allocate(sizeof *m);
  struct g* g = glue_allocate(sizeof *g);
  m->number = __sync_fetch_and_add(&threads, 1);
  give_signal_stack(m);
  g->run = run;
  g->argument = argument;
  const struct thread_start start = {m, g, run_g};
  glue_thread_start(&start);
}

/* As the handlers of the historical runtimes did it: the code that handles a signal is another g. */
void runtime_tick(void) {
  struct g* interrupted = get_g();
  set_g(get_m()->signal_g);
  get_g()->ticks++;
  set_g(interrupted);
}

enum { kEmpty, kFull };

static void change(struct channel* channel, uint from, uint to, word* value, word put) {
  while (channel->state != from) glue_sleep(&channel->state, to);
  if (value)
    *value = channel->value;
  else
    channel->value = put;
  __sync_synchronize();
  channel->state = to;
  glue_wake(&channel->state);
}

void put_into(struct channel* channel, word value) {
  change(channel, kEmpty, kFull, 0, value);
}

word take_from(struct channel* channel) {
  word value;
  change(channel, kFull, kEmpty, &value, 0);
  return value;
}

static void print_now(word text) {
  puts((const char*)text);
  fflush(0);
}

void print_line(const char* text) {
  runcgo(print_now, (word)text);
}

char* format_number(char* text, uint value) {
  if (value >= 10) text = format_number(text, value / 10);
  *text++ = (char)('0' + value % 10);
  *text = 0;
  return text;
}
