// Calls between two segments that lie more than 128 MiB apart, with zero-filled data between them: in both directions, into the
// library and within each.
#include "system.h"

#define FAR __attribute__((noinline, section("__FAR,__text,regular,pure_instructions")))

char gap[0x9000000];

__attribute__((noinline)) int near_one(int x) { return x + 1; }
FAR static int far_local(int x) { return x + 100; }
FAR int far_one(int x) {
  printf("far %d\n", x);
  return far_local(10 * near_one(x)) + near_one(x);
}

int main(void) {
  int (*volatile pointer)(int) = far_one;
  printf("%d %d\n", far_one(1), pointer(2));
  return gap[0x8000000] + far_one(0) == 111 ? 7 : 1;
}
