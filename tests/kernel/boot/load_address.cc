// A kernel that is linked at 4 MiB and loaded at 6 MiB, and so large that both places overlap.
// link: --image-base=4M --load-address=6M
// boot: -M microvm -m 64M
// > all there
#include <xrt.h>

namespace {

volatile char large[6 << 20] = {1};

}  // namespace

int main() {
  for (unsigned i = 0; i < sizeof(large); i += 4096) {
    if (large[i] != (i == 0 ? 1 : 0)) return 1;
    large[i] = 2;
    if (xrt_physical_address(const_cast<char*>(&large[i])) != reinterpret_cast<uint64_t>(&large[i]) + 0x200000)
      return 2;
  }
  xrt_printf("all there\n");
  return 0;
}
