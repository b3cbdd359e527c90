/* darwin-amd64 and darwin-386. The two words lie among pthread's thread-specific data, where GS shows them; two keys
 * have to be ours, so keys are made until those come that move the words. A word that no key moves is nobody's. */
#include "pthreads.h"

int pthread_key_create(word* key, void (*destroy)(void*));
int pthread_key_delete(word key);
int pthread_setspecific(word key, const void* value);

static void claim_words(void) {
  enum { kMost = 64 };
  static char kMark[1];
  word keys[kMost];
  int count = 0, found = 0;
  set_g(0);
  set_m(0);
  while (count < kMost && found < 2) {
    if (pthread_key_create(&keys[count], 0) != 0) break;
    pthread_setspecific(keys[count], kMark);
    const int is_ours = get_g() == (void*)kMark || get_m() == (void*)kMark;
    set_g(0);
    set_m(0);
    if (is_ours)
      found++;
    else
      count++;
  }
  while (count > 0) pthread_key_delete(keys[--count]);
}

int main(void) {
  prepare_waiting();
  claim_words();
  runtime_main((word)__builtin_frame_address(0), 1 << 20);
  return 0;
}
