// The Mach-O header and its load commands, at the start of __TEXT.
#pragma once

#include <vector>

#include "core/chunk.h"
#include "formats/format.h"

namespace xld::macho {

// True if dyld loads the output; otherwise the kernel does all there is to do.
bool has_loader(const Link& link);

// MH_EXECUTE, MH_DYLIB, …
uint32_t kind_of_file(const Link& link);

// Where a table of __LINKEDIT is in the file.
uint64_t file_offset_of(const Link& link, const Chunk& chunk);

// True if the pages below the base address are kept unmapped: __PAGEZERO.
bool has_page_zero(const Link& link);
uint64_t page_zero_size(const Link& link);

// __PAGEZERO has number 0 where there is one.
inline uint32_t first_segment_number(const Link& link) {
  return has_page_zero(link) ? 1 : 0;
}

class HeaderChunk : public Chunk {
 public:
  explicit HeaderChunk(const Link& link) : link_(link) { alignment = link.arch->word_size; }
  // The number of commands is known once sections and segments are; what they say is not.
  uint64_t size() const override;
  void write(MutableBytes out) const override;

  // Offset in the file of LC_UUID's bytes.
  uint64_t uuid_offset() const;

 private:
  const Link& link_;
};

}  // namespace xld::macho
