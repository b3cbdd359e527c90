// See joined.h.
#include "joined.h"

namespace {

int local = 70;
__attribute__((noinline)) int helper(int x) { return x * local; }
struct Square : Shape {
  int corners() const override { return 4; }
};

}  // namespace

int* const second_pointer = &local;
int throw_at(int depth) {
  if (depth == 0) return 0;
  char space[100];
  memset(space, depth, sizeof(space));
  if (depth > 1) throw_at(depth - 1);
  throw space[50] + shared<int>() + helper(1);
}
const Shape& square() {
  static Square one;
  return one;
}
const char* second_name() { return where(false); }
__attribute__((noinline)) int choose(int which) {
  switch (which) {
    case 0: return helper(2);
    case 1: return throw_at(0) + 1;
    case 2: return second_name()[0];
    case 3: return square().corners();
    case 4: return shared<int>();
    default: return -1;
  }
}
__attribute__((constructor)) static void begin() {
  tentative[3] = 8;
  printf("begin %d\n", local);
}
asm(".comm _tentative, 16, 2");
asm(".section __DATA,__data\n.p2align 2\n.globl _distance\n_distance: .long __Z6choosei - __Z11second_namev\n.text");
