// Sections whose contents are compressed in the file (SHF_COMPRESSED). gABI "Section Compression".
//
// Blocks are compressed on their own, by all threads, and joined: deflate streams (RFC 1950, 1951) that are flushed to
// a byte at their ends, or zstd frames (RFC 8878). The result depends on the contents only. Reading is in decompress.h.
#pragma once

#include <vector>

#include "core/options.h"
#include "formats/format.h"

namespace xld::elf {

class CompressedContents : public Chunk, public ContentsCoder {
 public:
  CompressedContents(const Link& link, OutputSection& section, const Compression& compression);

  void begin(size_t blocks) override;
  void encode(size_t block, Bytes contents) override;
  Chunk* finish(uint64_t size) override;

  uint64_t size() const override { return size_; }
  void write(MutableBytes out) const override;

 private:
  struct Block {
    std::vector<uint8_t> bytes;
    uint64_t input_size = 0;
    uint32_t checksum = 0;  // Adler-32, for zlib
    bool is_done = false;
  };

  bool deflate_block(Bytes contents, bool is_last, std::vector<uint8_t>& out) const;
  bool pack_block(Bytes contents, std::vector<uint8_t>& out) const;
  uint64_t header_size() const;

  const Link& link_;
  const CompressionKind kind_;
  const int level_;
  OutputSection& section_;
  uint64_t input_size_ = 0;
  uint64_t size_ = 0;
  std::vector<Block> blocks_;
};

// Chooses the sections that the options want compressed. After their names and flags are final.
void choose_compressed_sections(Link& link);

}  // namespace xld::elf
