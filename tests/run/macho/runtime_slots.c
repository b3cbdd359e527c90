// A program whose two threads keep words in runtime slots, for the tests beside it.
#include <xld/slots.h>
XLD_RUNTIME_SLOT(runtime_g, 0)
XLD_RUNTIME_SLOT(runtime_m, 1)
typedef void *thread;
int pthread_create(thread *, void *, void *(*)(void *), void *), pthread_join(thread, void **), printf(const char *, ...);
static void *work(void *argument) {
  xld_store_slot(runtime_g, argument);
  xld_store_slot(runtime_m, 9L);
  return (char *)xld_load_slot(runtime_g) + (long)xld_load_slot(runtime_m);
}
int main(void) {
  thread other;
  void *result;
  xld_store_slot(runtime_g, 1L);
  xld_store_slot(runtime_m, 2L);
  pthread_create(&other, 0, work, (void *)70L);
  pthread_join(other, &result);
  printf("%ld %ld %ld\n", (long)result, (long)xld_load_slot(runtime_g), (long)xld_load_slot(runtime_m));
  return 0;
}
