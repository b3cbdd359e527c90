// Compressed sections: the first byte chooses the form of the header. Sizes that are believed must be affordable.
#include <vector>

#include "formats/elf/decompress.h"

using namespace xld;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const Bytes contents(data + 1, size - 1);
  const auto section =
      data[0] == 'z' ? elf::read_zdebug_section(contents) : elf::read_compressed_section(contents, data[0] == '8');
  if (!section) return 0;
  constexpr uint64_t kAffordable = 64 << 20;
  if (section->size > kAffordable) return 0;
  std::vector<uint8_t> output(section->size);
  static_cast<void>(elf::decompress(*section, output));
  return 0;
}
