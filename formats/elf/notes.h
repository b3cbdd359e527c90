// Notes the linker makes: the merged .note.gnu.property and the build id.
#pragma once

#include "core/chunk.h"
#include "formats/format.h"

namespace xld::elf {

// .note.gnu.property: features all objects have (AND), instruction sets any object needs (OR).
struct MergedProperties {
  uint32_t feature_1_and = 0;
  uint32_t isa_1_needed = 0;
  bool is_empty() const { return feature_1_and == 0 && isa_1_needed == 0; }
};
MergedProperties merge_properties(const Link& link);

class PropertyChunk : public Chunk {
 public:
  PropertyChunk(const Link& link, MergedProperties properties) : link_(link), properties_(properties) {
    alignment = link.target().word_size;
  }
  uint64_t size() const override;
  void write(MutableBytes out) const override;

 private:
  uint32_t property_count() const { return (properties_.feature_1_and != 0) + (properties_.isa_1_needed != 0); }
  uint32_t property_size() const { return link_.target().word_size == 8 ? 16 : 12; }

  const Link& link_;
  MergedProperties properties_;
};

// .note.gnu.build-id: its bytes are zero until the file is complete (Format::seal).
class BuildIdChunk : public Chunk {
 public:
  explicit BuildIdChunk(const Link& link) : link_(link) { alignment = 4; }
  uint64_t size() const override { return kHeaderSize + align_up(id_size(), 4); }
  void write(MutableBytes out) const override;

  static constexpr uint64_t kHeaderSize = 16;
  uint32_t id_size() const;

 private:
  const Link& link_;
};

// Format::seal.
void seal(const Link& link, Image& image, Bytes digests);

}  // namespace xld::elf
