// See properties.h.
#include "formats/elf/properties.h"

#include <fmt/core.h>

#include "formats/elf/elf.h"

namespace xld::elf {

namespace {

bool read_array(Bytes descriptor, uint32_t word_size, Properties& properties) {
  while (!descriptor.empty()) {
    const auto type = read<uint32_t>(descriptor, 0);
    const auto size = read<uint32_t>(descriptor, 4);
    if (!type || !size || !contains(descriptor, 8, *size)) return false;
    if (*size == 4) {
      const auto value = load<uint32_t>(descriptor.data() + 8);
      if (*type == GNU_PROPERTY_X86_FEATURE_1_AND) properties.feature_1_and |= value;
      if (*type == GNU_PROPERTY_X86_ISA_1_NEEDED) properties.isa_1_needed |= value;
    }
    const uint64_t step = align_up(8 + uint64_t{*size}, word_size);
    descriptor = descriptor.subspan(std::min<uint64_t>(step, descriptor.size()));
  }
  return true;
}

}  // namespace

Result<Properties> read_properties(Bytes section, uint32_t word_size) {
  Properties properties;
  uint64_t offset = 0;
  while (offset < section.size()) {
    const auto name_size = read<uint32_t>(section, offset);
    const auto size = read<uint32_t>(section, offset + 4);
    const auto type = read<uint32_t>(section, offset + 8);
    if (!name_size || !size || !type) return Error{fmt::format("note at offset {:#x} is cut off", offset)};
    const uint64_t start = offset + 12 + align_up(*name_size, 4);
    const auto descriptor = slice(section, start, *size);
    if (!descriptor) return Error{fmt::format("note at offset {:#x} extends past the end of the section", offset)};
    if (*type == NT_GNU_PROPERTY_TYPE_0 && !read_array(*descriptor, word_size, properties))
      return Error{fmt::format("property array of the note at offset {:#x} is malformed", offset)};
    offset = align_up(start + *size, word_size);
  }
  return properties;
}

}  // namespace xld::elf
