// A thread-local block of a megabyte with an alignment beyond a page, in the main thread and in others, and the slots
// below the thread pointer, which are nobody else's.
// boot: -M microvm -m 64M
// > main ok
// > threads ok
#include <xrt.h>

namespace {

struct alignas(65536) Huge {
  int first;
  char rest[1 << 20];
};
thread_local Huge huge = {42, {}};
thread_local char odd[3] = {1, 2, 3};
thread_local uint64_t zero;

int check(void* argument) {
  const auto number = static_cast<int>(reinterpret_cast<uintptr_t>(argument));
  if (reinterpret_cast<uintptr_t>(&huge) % 65536 != 0 || huge.first != 42 || odd[2] != 3 || zero != 0) return 1;
  for (const char& byte : huge.rest)
    if (byte != 0) return 2;
  huge.first = number;
  zero = ~uint64_t{0};
  odd[0] = odd[1] = odd[2] = static_cast<char>(number);
  uint64_t g, m;
  asm volatile("movq %%fs:-16, %0; movq %%fs:-8, %1" : "=r"(g), "=r"(m));
  if (g != 0 || m != 0) return 3;
  asm volatile("movq $-2, %%fs:-16; movq $-3, %%fs:-8" ::: "memory");
  xrt_thread_yield();
  asm volatile("movq %%fs:-16, %0; movq %%fs:-8, %1" : "=r"(g), "=r"(m));
  if (g != ~uint64_t{1} || m != ~uint64_t{2}) return 4;
  return huge.first == number && zero == ~uint64_t{0} && odd[0] == number && odd[2] == number ? 0 : 5;
}

}  // namespace

int main() {
  if (const int problem = check(reinterpret_cast<void*>(7))) return problem;
  xrt_printf("main ok\n");
  xrt_thread* threads[8];
  for (uintptr_t i = 0; i < 8; ++i) xrt_thread_create(&threads[i], check, reinterpret_cast<void*>(i + 10), 0);
  for (xrt_thread* thread : threads) {
    int problem = 9;
    xrt_thread_join(thread, &problem);
    if (problem != 0) return problem;
  }
  xrt_printf("threads ok\n");
  return 0;
}
