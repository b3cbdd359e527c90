// Checksums of finished images, which other tools patch into them after the link: made in Format::seal.
#pragma once

#include "core/chunk.h"
#include "formats/format.h"

namespace xld::kernel_image {

// The word at __image_crc32. It holds zeros until the image is complete.
class ChecksumChunk : public Chunk {
 public:
  static constexpr uint64_t kSize = 4;

  ChecksumChunk() { alignment = kSize; }
  uint64_t size() const override { return kSize; }
  void write(MutableBytes) const override {}
};

// Writes the CRC-32 (IEEE 802.3, that of zlib) of what is loaded, from __image_load_start to __image_load_end: gaps are
// zeros, and so is the word itself.
void write_image_checksum(const Link& link, Image& image, const ChecksumChunk& word);

// Writes the last four bytes of a bzImage, with which the CRC of the file is 0 as its protocol counts.
void write_bzimage_checksum(const Link& link, Image& image);

// Writes the field in the headers of the PE file that begins at `start`.
void write_pe_checksum(const Link& link, Image& image, uint64_t start, uint64_t size);

}  // namespace xld::kernel_image
