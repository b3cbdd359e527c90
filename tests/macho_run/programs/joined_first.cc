// See joined.h.
#include "joined.h"

namespace {

int local = 3;  // the other has a local of the same name
__attribute__((noinline)) int helper(int x) { return x + local; }
struct Guard {
  ~Guard() { printf("guarded\n"); }
};
int caught(int depth) {
  try {
    Guard guard;
    return throw_at(depth);
  } catch (int value) {
    return value + helper(1);
  }
}
__attribute__((constructor)) void begin() { printf("begin %d\n", local); }

}  // namespace

asm(".comm _tentative, 16, 2");

int main() {
  printf("%d %s %s\n", caught(5), where(true), second_name());
  shared<int>()++;
  printf("%d %d %d\n", shared<int>(), square().corners(), dynamic_cast<const Shape&>(square()).corners());
  for (int i = 0; i < 6; i++) printf("%d ", choose(i));
  tentative[3]++;
  printf("%d %d %d\n", tentative[3], distance > 0, *second_pointer);
  return 0;
}
