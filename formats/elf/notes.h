// Notes: what the inputs' .note.GNU-stack decide, the merged .note.gnu.property, the build id, and the names of
// systems.
#pragma once

#include "core/chunk.h"
#include "core/target_table.h"
#include "formats/elf/properties.h"
#include "formats/format.h"

namespace xld::elf {

// Whether the stack is executable, and a warning if that is so. As in GNU ld, code without .note.GNU-stack needs
// it; if no object has one, nobody has thought of it, and the stack is not executable.
bool decide_executable_stack(const Link& link);

// The first object that claims to reach other modules' variables through the GOT only; none does: nullptr.
const InputFile* find_claim_of_indirect_access(const Link& link);

// What .note.gnu.property of the output says; nothing: there is none.
std::vector<Property> merge_properties(const Link& link);

// What -z cet-report and its kind ask for.
void report_missing_features(const Link& link);

class PropertyChunk : public Chunk {
 public:
  PropertyChunk(const Link& link, std::vector<Property> properties) : link_(link), properties_(std::move(properties)) {
    alignment = link.target().word_size;
  }
  uint64_t size() const override;
  void write(MutableBytes out) const override;

 private:
  uint32_t record_size(const Property& property) const;
  uint32_t descriptor_size() const;

  const Link& link_;
  std::vector<Property> properties_;
};

// The note by which a system's kernel knows its programs (core/target_table.h).
class IdentificationNoteChunk : public Chunk {
 public:
  explicit IdentificationNoteChunk(const IdentificationNote& note) : note_(note) { alignment = 4; }
  uint64_t size() const override;
  void write(MutableBytes out) const override;

 private:
  const IdentificationNote& note_;
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

// .note.package: what package the output belongs to, as JSON (systemd, "Package Metadata for Executable Files").
class PackageChunk : public Chunk {
 public:
  explicit PackageChunk(const Link& link) : link_(link) { alignment = 4; }
  uint64_t size() const override { return kHeaderSize + align_up(text_size(), 4); }
  void write(MutableBytes out) const override;

 private:
  static constexpr uint64_t kHeaderSize = 16;
  uint64_t text_size() const { return link_.options().package_metadata.size() + 1; }

  const Link& link_;
};

// Format::seal.
void seal(const Link& link, Image& image, Bytes digests);

}  // namespace xld::elf
