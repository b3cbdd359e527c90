// ImageFacts: the numbers that boot protocols ask for, computed once addresses are known; and the bytes they are about.
#pragma once

#include <vector>

#include "formats/format.h"

namespace xld::kernel_image {

// Physical addresses.
struct ImageFacts {
  uint64_t load_start = 0;      // of the image's first byte
  uint64_t load_end = 0;        // behind its last byte with contents
  uint64_t memory_end = 0;      // behind zero-filled memory
  uint64_t virtual_offset = 0;  // run-time address - physical address, everywhere

  uint64_t size() const { return load_end - load_start; }
  uint64_t sectors() const { return (size() + kSectorSize - 1) / kSectorSize; }

  static constexpr uint64_t kSectorSize = 512;
  static constexpr uint64_t kParagraphSize = 16;
};

ImageFacts image_facts(const Link& link);

// Neighbouring bytes with contents, one run a section, in order of address.
struct Run {
  uint64_t address = 0;  // physical
  uint64_t offset = 0;   // in the file
  uint64_t size = 0;
};
std::vector<Run> image_runs(const Link& link);

// Reads finished bytes of the output. False, and said so, if they cannot be read back.
bool read_back(const Link& link, Image& image, uint64_t offset, MutableBytes out);

// The name of the 32-bit entry.
std::string_view entry_name(const Link& link);

// Physical address of the 32-bit entry: of the entry symbol, or the number the user gave. 0: there is none.
uint64_t physical_entry(const Link& link);

}  // namespace xld::kernel_image
