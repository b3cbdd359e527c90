// The base of FS: sysarch, _lwp_setprivate, __set_tcb, set_tls_area. On DragonFly sysarch knows no such operation.
#include "kernel.h"

static word area[4] = {0x123456789abcdef0, 0x42};

static word through_fs(void) {
  word value;
  __asm__ volatile("mov %%fs:0, %0" : "=r"(value));
  return value;
}

static word before_fs(void) {
  word value;
  __asm__ volatile("mov %%fs:-8, %0" : "=r"(value));
  return value;
}

void check(void) {
  word base = (word)&area[1];
  word read = 0;
#if defined(DRAGONFLY)
  FAILS_WITH(CALL2(SYS_sysarch, 129, &base), kEOPNOTSUPP);
  struct {
    word base;
    int size, padding;
  } information = {base, 16, 0}, got = {0, 0, 0};
  FAILS_WITH(CALL3(SYS_set_tls_area, 2, &information, 16), kEINVAL);
  FAILS_WITH(CALL3(SYS_set_tls_area, 0, &information, 8), kEINVAL);
  FAILS_WITH(CALL3(SYS_set_tls_area, 0, 8, 16), kEFAULT);
  SUCCEEDS(CALL3(SYS_set_tls_area, 0, &information, 16));
  SUCCEEDS(CALL3(SYS_get_tls_area, 0, &got, 16));
  read = got.base;
#elif defined(FREEBSD)
  FAILS_WITH(CALL2(SYS_sysarch, 12345, &base), kEINVAL);
  FAILS_WITH(CALL2(SYS_sysarch, 129, 8), kEFAULT);
  SUCCEEDS(CALL2(SYS_sysarch, 131, &base));  // GS
  word through_gs;
  __asm__ volatile("mov %%gs:-8, %0" : "=r"(through_gs));
  CHECK(through_gs == area[0]);
  SUCCEEDS(CALL2(SYS_sysarch, 129, &base));
  SUCCEEDS(CALL2(SYS_sysarch, 128, &read));
#elif defined(NETBSD)
  SUCCEEDS(CALL2(SYS_sysarch, 17, &base));
  CHECK(before_fs() == area[0]);
  word zero = 0;
  SUCCEEDS(CALL2(SYS_sysarch, 17, &zero));
  SUCCEEDS(CALL1(SYS_lwp_setprivate, base));
  read = CALL0(SYS_lwp_getprivate).value;
#elif defined(OPENBSD)
  FAILS_WITH(CALL2(SYS_sysarch, 129, &base), kEINVAL);
  SUCCEEDS(CALL2(SYS_sysarch, 12, &base));
  SUCCEEDS(CALL2(SYS_sysarch, 11, &read));
  CHECK(read == base && before_fs() == area[0]);
  SUCCEEDS(CALL1(SYS_set_tcb, 0));
  SUCCEEDS(CALL1(SYS_set_tcb, base));
  read = CALL0(SYS_get_tcb).value;
#endif
  CHECK(read == base);
  CHECK(through_fs() == 0x42 && before_fs() == area[0]);
}
