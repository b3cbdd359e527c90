// The Mach-O header and its load commands, at the start of __TEXT.
#pragma once

#include <vector>

#include "core/chunk.h"
#include "formats/format.h"

namespace xld::macho {

inline constexpr uint32_t kPlatformMacos = 1;

// True if dyld starts the program; otherwise the kernel does.
bool has_loader(const Link& link);
// __PAGEZERO has number 0 where there is one.
inline uint32_t first_segment_number(const Link& link) {
  return link.layout.plan.base_address != 0 ? 1 : 0;
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
