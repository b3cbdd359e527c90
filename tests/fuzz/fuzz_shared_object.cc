// Shared libraries as inputs.
#include <vector>

#include "formats/elf/shared_object.h"

using namespace xld;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Arena arena;
  const auto object = elf::read_shared_object({data, size}, arena);
  if (!object) {
    if (object.error().message.empty()) __builtin_trap();
    return 0;
  }
  std::vector<Occurrence> names(object->symbol_count - object->first_global);
  static_cast<void>(elf::read_shared_names(*object, ClaimClass::Weak, arena, names));
  for (uint32_t i = 0; i < object->symbol_count; i++) elf::copy_source(*object, elf::shared_symbol(*object, i));
  return 0;
}
