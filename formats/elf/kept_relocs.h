// Relocations that stay records in the output: -r and --emit-relocs (Format::kept). gABI "Relocation".
//
// A record is the input's with a new offset, the output's number of its symbol and, where that is the symbol of a
// section, an addend that counts from the start of the output's section. Records of atoms that are linked stay as many
// as they were: one whose target is gone (a function another file provides) becomes one of type NONE. So the tables are
// sized from counts, and every record is read once, when it is written.
#pragma once

#include <vector>

#include "core/chunk.h"
#include "formats/elf/object.h"

namespace xld::elf {

class FrameChunk;

extern const KeptRelocs kKeptRelocs;

// What of each file's symbols kept relocations refer to (ElfObject::is_referenced), if the options ask for less than
// all symbols.
void mark_referenced_symbols(Link& link);

inline bool is_referenced(const ElfObject& object, uint32_t raw_symbol) {
  return object.is_referenced.empty() || object.is_referenced[raw_symbol] != 0;
}

uint64_t kept_record_size(const Link& link, bool is_rel);

// The relocations of the atoms of an output section.
class KeptRelocsChunk : public PartedChunk {
 public:
  KeptRelocsChunk(Link& link, SectionId section, bool is_rel, uint64_t record_count)
      : link_(link), section_(section), is_rel_(is_rel), record_count_(record_count) {
    alignment = link.target().word_size;
  }

  uint64_t size() const override { return record_count_ * kept_record_size(link_, is_rel_); }
  size_t part_count() const override { return parts_.empty() ? 1 : parts_.size(); }
  uint64_t part_begin(size_t part) const override { return parts_.empty() ? 0 : parts_[part].begin; }
  void write_part(size_t part, MutableBytes out) const override;

  SectionId section() const { return section_; }
  // When the section is in its place among others: cuts the table so that several threads can write it.
  void set_section(SectionId section);

 private:
  struct Part {
    uint32_t first_atom = 0;  // index in the section's atoms
    uint64_t begin = 0;
  };

  Link& link_;
  SectionId section_;
  bool is_rel_;
  uint64_t record_count_;
  std::vector<Part> parts_;  // none: all atoms are one
};

// The relocations of the unwind records that FrameChunk writes, in its order.
class FrameRelocsChunk : public PartedChunk {
 public:
  FrameRelocsChunk(Link& link, const FrameChunk& frames, bool is_rel);

  uint64_t size() const override { return begins_.back(); }
  size_t part_count() const override { return begins_.size() - 1; }
  uint64_t part_begin(size_t part) const override { return begins_[part]; }
  void write_part(size_t part, MutableBytes out) const override;

 private:
  Link& link_;
  const FrameChunk& frames_;
  bool is_rel_;
  std::vector<uint64_t> begins_;  // by part of the frames, and the end
};

// The sections a plan gets for kept relocations: one for each section whose atoms have some.
class KeptRelocSections {
 public:
  explicit KeptRelocSections(Link& link);

  // For the sections there are, in their order; those of unwind records when FrameChunk is there.
  void add_for_atoms();
  void add_for_frames();

  // Tells sections and chunks, when sections have been put in another order. `new_index` is by old index.
  void renumber(std::span<const SectionId> new_index);

  // The section with the relocations of another one, by old index; not valid: it has none.
  SectionId relocs_of(SectionId section) const;

 private:
  void add_section(SectionId subject, Chunk* chunk);
  std::string_view name_for(std::string_view relocated);

  Link& link_;
  const bool is_rel_;
  std::vector<SectionId> relocs_of_;
  std::vector<KeptRelocsChunk*> chunks_;
};

}  // namespace xld::elf
