// The ELF header, program headers and section headers. gABI chapters 4 and 5.
#pragma once

#include <vector>

#include "core/chunk.h"
#include "formats/elf/elf.h"
#include "formats/format.h"

namespace xld::elf {

struct ProgramHeaderFacts {
  uint32_t type = 0, flags = 0;
  uint64_t offset = 0, address = 0, load_address = 0, file_size = 0, memory_size = 0, alignment = 0;
};

// The loaded section `name`, or nothing.
const OutputSection* find_section(const Link& link, std::string_view name);

// The program headers of the output; their number does not depend on addresses.
std::vector<ProgramHeaderFacts> program_headers(const Link& link);

// ELF header and program headers: the start of the file.
class HeadersChunk : public Chunk {
 public:
  explicit HeadersChunk(const Link& link) : link_(link) {
    alignment = link.target().word_size;
    is_late = true;
  }
  uint64_t size() const override;
  void write(MutableBytes out) const override;

 protected:
  // e_entry.
  virtual uint64_t entry() const { return link_.entry_address; }
  // Where the program headers are in the chunk; 0: behind the ELF header.
  virtual uint64_t program_headers_offset() const { return 0; }
  // Of the file beside the output: it has the headers of segments, but not what is in them.
  virtual bool is_separate() const { return false; }

  const Link& link_;

 private:
  template <class E>
  void write_as(MutableBytes out) const;
};

// Section names of the output or of the file beside it, and their offsets by section (layout order).
class SectionNamesChunk : public Chunk {
 public:
  SectionNamesChunk(const Link& link, bool is_separate) : link_(link), is_separate_(is_separate) {}
  uint64_t size() const override { return size_; }
  void write(MutableBytes out) const override;
  uint32_t offset_of(uint32_t section) const { return offsets_[section]; }

  // When all sections are there and in their order.
  void place_names();

 private:
  const Link& link_;
  const bool is_separate_;
  std::vector<uint32_t> offsets_;
  uint32_t size_ = 1;
};

// The section header table: the end of the file.
class SectionHeadersChunk : public Chunk {
 public:
  SectionHeadersChunk(const Link& link, const SectionNamesChunk& names, bool is_separate)
      : link_(link), names_(names), is_separate_(is_separate) {
    alignment = link.target().word_size;
  }
  uint64_t size() const override;
  void write(MutableBytes out) const override;

 private:
  template <class E>
  void write_as(MutableBytes out) const;
  template <class Header>
  void describe_contents(const OutputSection& section, Header& header) const;

  const Link& link_;
  const SectionNamesChunk& names_;
  const bool is_separate_;
};

// Entry in the section header table of an output section: sections without a name (headers) have none.
uint32_t header_index(const Link& link, uint32_t section);
uint32_t header_index_of(const Link& link, std::string_view name, bool is_separate = false);

// Whether the table of the output, or of the file beside it, has an entry for the section: for loaded ones both have.
bool has_header(const OutputSection& section, bool is_separate);

}  // namespace xld::elf
