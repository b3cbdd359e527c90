// .eh_frame: read record by record, written without the records of code that is not linked, with its search table.
// Records: formats/eh_frame.h; the rules of linking them: LSB Core "Exception Frames".
#pragma once

#include <vector>

#include "core/chunk.h"
#include "formats/eh_frame.h"
#include "formats/elf/object.h"

namespace xld::elf {

// The linked .eh_frame. Each file's live entries stand together, behind those of its common records that no file before
// it had; equal common records are written once.
class FrameChunk : public Chunk {
 public:
  explicit FrameChunk(Link& link);

  uint64_t size() const override { return size_; }
  size_t part_count() const override { return parts_.size() + 1; }
  uint64_t part_begin(size_t part) const override;
  void write_part(size_t part, MutableBytes out) const override;
  void write(MutableBytes out) const override;

  // When the chunk has its address: sections of unwind records are found where their file's entries went.
  void place_atoms();

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

  bool is_written(const FrameEntry& entry) const;
  void add_file(InputFile& file);
  std::string common_key(const InputFile& file, const FrameCommon& common) const;
  void write_record(const InputFile& file, const Atom& atom, uint32_t offset, MutableBytes out, uint64_t out_offset,
                    RelocCursor cursor) const;

  Link& link_;
  std::vector<Part> parts_;
  uint64_t size_ = 0;
  uint32_t entry_count_ = 0;
  std::map<std::string, uint64_t> commons_;  // key -> offset in the chunk
  mutable std::vector<EhFrameHeaderEntry> entries_;
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
