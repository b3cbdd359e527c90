// Compressed sections: SHF_COMPRESSED with zlib or zstd (gABI, "Compressed Sections"), and GNU's older .zdebug_*.
//
// First the header is read and judged, then the caller, who now knows the size, gives the memory. No size is believed
// that the compressed bytes cannot expand to, and decompression never writes beyond the memory it is given.
#pragma once

#include <cstdint>
#include <optional>

#include "core/bytes.h"
#include "core/options.h"
#include "core/result.h"

namespace xld::elf {

struct CompressedSection {
  CompressionKind compression = CompressionKind::Zlib;
  uint64_t size = 0;       // of the section when decompressed
  uint64_t alignment = 1;  // of the section when decompressed
  Bytes data;              // without the header
};

// The contents of a section with SHF_COMPRESSED: Elf64_Chdr or Elf32_Chdr, then the data.
Result<CompressedSection> read_compressed_section(Bytes contents, bool is_64_bit);

// The contents of a .zdebug_ section: "ZLIB", the size as 8 bytes big-endian, then the data.
Result<CompressedSection> read_zdebug_section(Bytes contents);

// Fills all of `output`, whose size is section.size, or says why it cannot.
std::optional<Error> decompress(const CompressedSection& section, MutableBytes output);

}  // namespace xld::elf
