// clock_gettime, gettimeofday, nanosleep, sched_yield, and a timer that is set and read.
#include "kernel.h"

static long long now(int clock) {
  struct time time;
  SUCCEEDS(CALL2(SYS_clock_gettime, clock, &time));
  CHECK(time.nanoseconds >= 0 && time.nanoseconds < 1000000000);
  return time.seconds * 1000000000LL + time.nanoseconds;
}

void check(void) {
  struct time day = {0, 0};
  SUCCEEDS(CALL2(SYS_gettimeofday, &day, 0));
  CHECK(day.seconds > 1500000000 && day.nanoseconds < 1000000);
#ifdef OPENBSD
  SUCCEEDS(CALL2(SYS_old_gettimeofday, &day, 0));
#endif
  CHECK(now(0) / 1000000000 - day.seconds < 3);
  FAILS_WITH(CALL2(SYS_clock_gettime, 77, &day), kEINVAL);
  FAILS_WITH(CALL2(SYS_clock_gettime, 0, 8), kEFAULT);
  const long long start = now(kMonotonic);
  const struct time pause = {0, 20000000};
  SUCCEEDS(CALL2(SYS_nanosleep, &pause, 0));
  CHECK(now(kMonotonic) - start >= 20000000);
  const struct time wrong = {0, 2000000000};
  FAILS_WITH(CALL2(SYS_nanosleep, &wrong, 0), kEINVAL);
  SUCCEEDS(CALL0(SYS_sched_yield));
  struct time timer[2] = {{0, 0}, {100, 0}}, left[2] = {{0, 0}, {0, 0}};
  SUCCEEDS(CALL3(SYS_setitimer, 0, timer, 0));
  SUCCEEDS(CALL2(SYS_getitimer, 0, left));
  CHECK(left[1].seconds == 99 || left[1].seconds == 100);
}
