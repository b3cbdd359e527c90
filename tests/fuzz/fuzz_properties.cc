// .note.gnu.property.
#include "formats/elf/properties.h"

using namespace xld;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  for (const uint32_t word_size : {8u, 4u}) static_cast<void>(elf::read_properties({data, size}, word_size));
  return 0;
}
