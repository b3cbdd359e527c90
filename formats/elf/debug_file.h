// Separate debug information: the file beside the output that has what only debuggers read, and the link to it.
//
// GDB's manual, "Separate Debug Files": .gnu_debuglink has the name of that file and a CRC-32 of its bytes. The file is
// what objcopy --only-keep-debug would make: the headers of all loaded sections, without contents, the sections of
// debug information, and the whole symbol table. Both files have the same build id.
#pragma once

#include <string>

#include "formats/elf/headers.h"
#include "formats/format.h"

namespace xld::elf {

// ELF header and program headers of the file, and behind them the note of the build id.
class DebugFileHead : public HeadersChunk {
 public:
  explicit DebugFileHead(const Link& link) : HeadersChunk(link) {}
  uint64_t size() const override;
  void write(MutableBytes out) const override;

  uint64_t build_id_offset() const { return HeadersChunk::size(); }

 protected:
  bool is_separate() const override { return true; }
};

// .gnu_debuglink: the name, zeros up to a word, the checksum (join_separate).
class DebugLinkChunk : public Chunk {
 public:
  explicit DebugLinkChunk(std::string file_name) : file_name_(std::move(file_name)) { alignment = 4; }
  uint64_t size() const override { return checksum_offset() + 4; }
  void write(MutableBytes out) const override;

  uint64_t checksum_offset() const { return align_up(file_name_.size() + 1, 4); }

 private:
  std::string file_name_;
};

// The same bytes as another chunk, elsewhere.
class ChunkCopy : public Chunk {
 public:
  explicit ChunkCopy(const Chunk& original) : original_(original) { alignment = original.alignment; }
  uint64_t size() const override { return original_.size(); }
  void write(MutableBytes out) const override { original_.write(out); }
  size_t part_count() const override { return original_.part_count(); }
  uint64_t part_begin(size_t part) const override { return original_.part_begin(part); }
  void write_part(size_t part, MutableBytes out) const override { original_.write_part(part, out); }

 private:
  const Chunk& original_;
};

// While planning: moves the sections of debug information to the other file, and gives that its tables.
void add_debug_file(Link& link);

// Format::join_separate.
void join_separate(const Link& link, Image& image, Image& separate);

}  // namespace xld::elf
