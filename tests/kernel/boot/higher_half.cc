// A kernel that is linked at -2 GiB and loaded at 1 MiB.
// compile: -mcmodel=kernel
// link: --image-base=0xffffffff80100000 --load-address=1M
// boot: -M microvm -m 64M
// boot: -M pc -m 4G
// > constructor
// > main at 0xffffffff801{x}
// > thread 7
// > the low megabytes are empty
#include <xrt.h>

namespace {

struct Announced {
  Announced() { xrt_printf("constructor\n"); }
} announced;

thread_local int seven = 7;

}  // namespace

int main() {
  xrt_printf("main at %p\n", reinterpret_cast<void*>(&main));
  xrt_thread* thread;
  int result = 0;
  xrt_thread_create(&thread, [](void*) { return seven; }, nullptr, 0);
  xrt_thread_join(thread, &result);
  xrt_printf("thread %d\n", result);
  for (uint64_t address = 0; address < (4 << 20); address += 4096)
    if (address != 0xb8000 && xrt_physical_address(reinterpret_cast<void*>(address)) != 0) return 1;
  xrt_printf("the low megabytes are empty\n");
  return 0;
}
