// See groups.h.
#include "formats/elf/groups.h"

#include <algorithm>

#include "formats/elf/state.h"

namespace xld::elf {

const OutputGroup* find_group(std::span<const OutputGroup> groups, FileId file, uint32_t raw_section) {
  const auto key = std::pair(file, raw_section);
  const auto found = std::lower_bound(groups.begin(), groups.end(), key, [](const OutputGroup& group, const auto& k) {
    return std::pair(group.file, group.raw_section) < k;
  });
  return found != groups.end() && std::pair(found->file, found->raw_section) == key ? &*found : nullptr;
}

const OutputGroup& GroupChunk::group() const {
  return state_of(link_).groups[group_];
}

uint64_t GroupChunk::size() const {
  return 4 + 4 * uint64_t{group().members.size()};
}

void GroupChunk::write(MutableBytes out) const {
  uint8_t* place = out.data();
  store(place, group().flags);
  for (const SectionId member : group().members) store<uint32_t>(place += 4, link_.layout.section(member).header_index);
}

uint32_t GroupChunk::signature() const {
  const ElfObject& object = object_of(link_.inputs.file(group().file));
  const uint32_t raw_symbol = section_facts(link_, object, group().raw_section).info;
  return raw_symbol < object.output_symbols.size() ? object.output_symbols[raw_symbol] : 0;
}

}  // namespace xld::elf
