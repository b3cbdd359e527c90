// See elf_head.h. Xen docs/misc/pvh.pandoc and xen/include/public/elfnote.h: XEN_ELFNOTE_PHYS32_ENTRY.
#include "kernel_image/elf_head.h"

#include <algorithm>
#include <cstring>

#include "formats/elf/elf.h"
#include "formats/elf/headers.h"
#include "formats/elf/linker_sections.h"
#include "kernel_image/boot/stubs.h"
#include "kernel_image/facts.h"
#include "kernel_image/stub.h"

namespace xld::kernel_image {

namespace {

// Of a place in the loaded stub.
uint64_t physical_place(const Link& link, const StubChunk& stub, const uint8_t* place) {
  return stub.address - image_facts(link).virtual_offset + static_cast<uint64_t>(place - kLoadedStub.begin);
}

// e_entry is for loaders that enter in 64-bit mode; it is a physical address, as they jump before memory is mapped.
class ImageHeaders : public elf::HeadersChunk {
 public:
  ImageHeaders(const Link& link, const StubChunk& stub) : HeadersChunk(link), stub_(stub) {}

 protected:
  uint64_t entry() const override { return physical_place(link_, stub_, xld_boot_loaded_linux64); }

 private:
  const StubChunk& stub_;
};

// The first sector is code as well: ELF header, code from 0x47 on, program headers behind the sector.
class PolyglotHeaders : public ImageHeaders {
 public:
  using ImageHeaders::ImageHeaders;
  void write(MutableBytes out) const override {
    kDiskStub.write(link_, out.first(kDiskStub.size()));
    ImageHeaders::write(out);
  }

 protected:
  uint64_t program_headers_offset() const override { return kDiskStub.size(); }
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
  if (section.atoms.empty()) section.chunks.push_back(add_chunk<EntryNote>(link, link));
}

// Multiboot 0.6.96, 3.1, with address fields: the file is ELF64, which loaders of this protocol do not read. Multiboot
// 2.0, 3.1. Both enter the loaded stub, and are told of the scratch memory so that they put nothing there.
class MultibootHeaders : public Chunk {
 public:
  MultibootHeaders(const Link& link, const StubChunk& stub) : link_(link), stub_(stub) { alignment = 8; }
  uint64_t size() const override { return kSecond + sizeof(uint32_t) * kSecondWords; }
  void write(MutableBytes out) const override {
    const ImageFacts facts = image_facts(link_);
    const auto word = [](uint64_t value) { return static_cast<uint32_t>(value); };
    const uint32_t start = word(facts.load_start), end = word(facts.load_end);
    const uint32_t memory_end = word(scratch_address(facts) + kScratchSize);
    const uint32_t here = word(address - facts.virtual_offset);
    const uint32_t entry = word(physical_place(link_, stub_, xld_boot_loaded_multiboot));
    const uint32_t first[] = {kMagic1,    kFlags1, word(-(uint64_t{kMagic1} + kFlags1)), here, start, end,
                              memory_end, entry};
    const uint32_t second[kSecondWords] = {kMagic2,
                                           0,
                                           sizeof(uint32_t) * kSecondWords,
                                           word(-(uint64_t{kMagic2} + sizeof(uint32_t) * kSecondWords)),
                                           kAddressTag,
                                           24,
                                           here + kSecond,
                                           start,
                                           end,
                                           memory_end,
                                           kEntryTag,
                                           12,
                                           entry,
                                           0,
                                           0,
                                           8};
    std::memcpy(out.data(), first, sizeof(first));
    std::memcpy(out.data() + kSecond, second, sizeof(second));
  }

 private:
  static constexpr uint32_t kMagic1 = 0x1badb002, kFlags1 = 1 << 16 | 1 << 1;  // address fields; wants the memory map
  static constexpr uint32_t kMagic2 = 0xe85250d6;
  static constexpr uint32_t kSecond = 32, kSecondWords = 16;
  static constexpr uint32_t kAddressTag = 2, kEntryTag = 3;

  const Link& link_;
  const StubChunk& stub_;
};

// What loaders enter that do not do it the program's way.
const StubChunk& add_loaded_stub(Link& link) {
  auto* stub = add_chunk<StubChunk>(link, link, kLoadedStub);
  elf::output_section(link, ".boot", elf::SHT_PROGBITS, elf::SHF_ALLOC | elf::SHF_EXECINSTR).chunks.push_back(stub);
  return *stub;
}

template <typename Headers>
const StubChunk& add_head(Link& link) {
  const StubChunk& stub = add_loaded_stub(link);
  elf::add_head_section(link, add_chunk<Headers>(link, link, stub));
  add_entry_note(link);
  return stub;
}

}  // namespace

void add_elf_head(Link& link) {
  add_head<ImageHeaders>(link);
}

void add_multiboot_head(Link& link) {
  const StubChunk& stub = add_head<ImageHeaders>(link);
  elf::output_section(link, ".multiboot", elf::SHT_PROGBITS, elf::SHF_ALLOC)
      .chunks.push_back(add_chunk<MultibootHeaders>(link, link, stub));
}

void add_polyglot_head(Link& link) {
  add_head<PolyglotHeaders>(link);
}

}  // namespace xld::kernel_image
