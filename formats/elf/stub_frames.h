// Call frame information of the stubs the linker makes, so that a debugger, a profiler or a signal handler finds the
// caller from every instruction of theirs.
//
// LSB Core "Exception Frames"; DWARF 5 §6.4.2 (instructions) and §2.5 (expressions); x86-64 and i386 psABI "DWARF
// Register Number Mapping". GNU ld describes .plt, .plt.got and .plt.sec like that.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/chunk.h"
#include "formats/eh_frame.h"
#include "formats/format.h"

namespace xld::elf {

// The records of all stubs of a link: one common record, which may be shared with those of objects, and an entry for
// each chunk of stubs. For FrameChunk.
class StubFrames {
 public:
  // When the chunks are made and sized. Empty if there are none, or the options do not want them described.
  explicit StubFrames(const Link& link);

  bool empty() const { return parts_.empty(); }
  size_t entry_count() const { return parts_.size(); }
  std::string_view common_record() const { return common_; }
  uint64_t entries_size() const;

  // Writes the entries, the first one at `address`, and says where each is and what it describes.
  void write_entries(MutableBytes out, uint64_t address, uint64_t common_address,
                     std::span<EhFrameHeaderEntry> table) const;

 private:
  struct Part {
    const Chunk* code = nullptr;
    std::string instructions;
  };

  uint64_t entry_size(const Part& part) const;

  uint8_t word_size_;
  std::string common_;
  std::vector<Part> parts_;
};

}  // namespace xld::elf
