// .eh_frame: read record by record, written without the records of code that is not linked, with its search table.
// Records: formats/eh_frame.h; the rules of linking them: LSB Core "Exception Frames".
#pragma once

#include <vector>

#include "core/arena.h"
#include "core/chunk.h"
#include "formats/eh_frame.h"
#include "formats/elf/object.h"
#include "formats/elf/stub_frames.h"

namespace xld::elf {

// The linked .eh_frame. Each file's live entries stand together, behind those of its common records that no file before
// it had; equal common records are written once. Those of the linker's own stubs follow.
class FrameChunk : public PartedChunk {
 public:
  explicit FrameChunk(Link& link);

  uint64_t size() const override { return size_; }
  size_t part_count() const override { return parts_.size() + 1; }
  uint64_t part_begin(size_t part) const override;
  void write_part(size_t part, MutableBytes out) const override;

  // When the chunk has its address: sections of unwind records are found where their file's entries went.
  void place_atoms();

  // One record as it is written. Its relocations are those of `relocs` whose offsets lie in it.
  struct Record {
    const InputFile* file = nullptr;
    AtomId atom;
    uint32_t input_offset = 0, size = 0;
    uint64_t offset = 0;  // in the chunk
    RelocCursor relocs;
    const FrameEntry* entry = nullptr;  // none: a common record
  };
  // Calls visit(record) for each record of a part, in order.
  template <class Visitor>
  void for_each_record(size_t part, Visitor visit) const {
    if (part == parts_.size()) return;  // stubs, which are no input's, and the end mark
    const Part& p = parts_[part];
    const ElfObject& object = object_of(*p.file);
    uint64_t offset = p.offset;
    const auto take = [&](const auto& record, const FrameEntry* entry) {
      visit(Record{p.file,
                   record.atom,
                   record.offset,
                   record.size,
                   offset,
                   {record.first_reloc, record.first_reloc + record.reloc_count},
                   entry});
      offset += record.size;
    };
    for (const uint32_t i : p.new_commons) take(object.frame_commons[i], nullptr);
    for (const FrameEntry& entry : object.frame_entries)
      if (is_written(entry)) take(entry, &entry);
  }

  size_t entry_count() const { return entry_count_; }
  // Start of code and address of the record, of every entry; complete when the chunk is written.
  std::span<const EhFrameHeaderEntry> entries() const { return entries_; }

 private:
  struct Part {  // one file's contribution
    InputFile* file = nullptr;
    uint64_t offset = 0;
    uint32_t first_entry = 0;
    std::vector<uint32_t> new_commons;     // to be written here
    std::vector<uint64_t> common_offsets;  // by index in ElfObject::frame_commons: where it, or its equal, is
  };

  bool has_end_mark() const;
  void add_stubs();
  bool is_written(const FrameEntry& entry) const;
  void add_file(InputFile& file);
  std::string common_key(const InputFile& file, const FrameCommon& common) const;
  void write_stubs(MutableBytes out) const;
  void write_record(const Record& record, MutableBytes out) const;
  EhFrameHeaderEntry finish_entry(const Part& part, const Record& record, MutableBytes bytes) const;

  Link& link_;
  std::vector<Part> parts_;
  StubFrames stubs_;
  uint64_t stubs_common_ = 0;  // where their common record is
  uint64_t end_ = 0;           // of the files' records
  uint64_t size_ = 0;
  uint32_t entry_count_ = 0;
  std::map<std::string, uint64_t> commons_;  // key -> offset in the chunk
  mutable LargeVector<EhFrameHeaderEntry> entries_;
};

// .eh_frame_hdr: the entries sorted by address.
class FrameHeaderChunk : public Chunk {
 public:
  FrameHeaderChunk(Link& link, const FrameChunk& frames) : link_(link), frames_(frames) {
    alignment = 4;
    is_late = true;
  }
  uint64_t size() const override { return eh_frame_header_size(frames_.entry_count()); }
  void write(MutableBytes out) const override;

 private:
  Link& link_;
  const FrameChunk& frames_;
};

}  // namespace xld::elf
