// Section groups of a relocatable output (SHT_GROUP): which sections of the output come or go together. gABI "Section
// Groups".
//
// Which of several groups with one signature is linked was settled by resolution; here the groups that stayed get
// sections of their own, with the output's numbers of their members and of the symbol they are signed with.
#pragma once

#include <span>
#include <vector>

#include "core/chunk.h"
#include "formats/elf/object.h"

namespace xld::elf {

struct OutputGroup {
  FileId file;
  uint32_t raw_section = 0;
  uint32_t flags = 0;              // the first word: GRP_COMDAT
  SectionId section;               // its own
  std::vector<SectionId> members;  // with their relocations; ascending when sections are in their order
};

// Nothing: the output has no section for this group. `groups` are in the order of files and their sections.
const OutputGroup* find_group(std::span<const OutputGroup> groups, FileId file, uint32_t raw_section);

class GroupChunk : public Chunk {
 public:
  GroupChunk(const Link& link, uint32_t group) : link_(link), group_(group) { alignment = 4; }
  uint64_t size() const override;
  void write(MutableBytes out) const override;

  // The output's number of the symbol the group is named after.
  uint32_t signature() const;

 private:
  const OutputGroup& group() const;

  const Link& link_;
  uint32_t group_;  // index in ElfState::groups
};

}  // namespace xld::elf
