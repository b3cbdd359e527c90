// See elf_head.h. Xen docs/misc/pvh.pandoc and xen/include/public/elfnote.h: XEN_ELFNOTE_PHYS32_ENTRY.
#include "kernel_image/elf_head.h"

#include <algorithm>

#include "formats/elf/elf.h"
#include "formats/elf/headers.h"
#include "formats/elf/linker_sections.h"
#include "kernel_image/facts.h"
#include "kernel_image/names.h"

namespace xld::kernel_image {

namespace {

// e_entry is for loaders that enter in 64-bit mode; it is a physical address, as they jump before memory is mapped.
class ImageHeaders : public elf::HeadersChunk {
 public:
  using HeadersChunk::HeadersChunk;

 protected:
  uint64_t entry() const override { return physical_address(link_, kEntry64).value_or(physical_entry(link_)); }
};

class EntryNote : public Chunk {
 public:
  explicit EntryNote(const Link& link) : link_(link) { alignment = 4; }
  uint64_t size() const override { return kHeaderSize + sizeof(kXen) + 4; }
  void write(MutableBytes out) const override {
    store<uint32_t>(out.data(), sizeof(kXen));
    store<uint32_t>(out.data() + 4, 4);
    store<uint32_t>(out.data() + 8, kPhys32Entry);
    std::copy_n(kXen, sizeof(kXen), out.data() + kHeaderSize);
    store(out.data() + kHeaderSize + sizeof(kXen), static_cast<uint32_t>(physical_entry(link_)));
  }

 private:
  static constexpr uint64_t kHeaderSize = 12;
  static constexpr char kXen[4] = {'X', 'e', 'n', '\0'};
  static constexpr uint32_t kPhys32Entry = 18;

  const Link& link_;
};

// A kernel that brings a note of its own keeps it.
void add_entry_note(Link& link) {
  OutputSection& section = elf::output_section(link, ".note.Xen", elf::SHT_NOTE, elf::SHF_ALLOC);
  if (section.atoms.empty()) section.chunks.push_back(elf::add_chunk<EntryNote>(link, link));
}

}  // namespace

void add_elf_head(Link& link) {
  elf::add_head_section(link, elf::add_chunk<ImageHeaders>(link, link));
  add_entry_note(link);
}

}  // namespace xld::kernel_image
