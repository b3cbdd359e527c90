// Images older than LC_DYLD_INFO: local and external relocations, and pointers and jump tables that the indirect symbol
// table names (<mach-o/reloc.h>, <mach-o/loader.h>, "Mach-O Runtime Architecture").
#include "tests/macho_run/fixups.h"
#include "tests/macho_run/report.h"
#include "tests/macho_run/symbols.h"

namespace macho_run {

namespace {

struct Relocation {
  uint32_t address, symbol;
  bool is_relative, is_external, is_scattered;
  uint8_t length, type;
};

Relocation decode(const uint8_t* raw) {
  const auto address = xld::load<uint32_t>(raw), word = xld::load<uint32_t>(raw + 4);
  if (!kIs64 && (address & 0x80000000)) {
    return {address & 0xffffff,
            0,
            (address >> 30 & 1) != 0,
            false,
            true,
            static_cast<uint8_t>(address >> 28 & 3),
            static_cast<uint8_t>(address >> 24 & 15)};
  }
  return {address,
          word & 0xffffff,
          (word >> 24 & 1) != 0,
          (word >> 27 & 1) != 0,
          false,
          static_cast<uint8_t>(word >> 25 & 3),
          static_cast<uint8_t>(word >> 28)};
}

constexpr uint8_t kPointerLength = kIs64 ? 3 : 2;

// Relocations count from the first segment; from the first writable one on x86_64 and in split images.
Word relocation_base(const Image& image) {
  const bool from_writable = kIs64 || (image.file.flags & kSplitSegments) != 0;
  for (const Segment& s : image.file.segments) {
    if (s.memory_size == 0 || s.initial_protection == 0) continue;
    if (!from_writable || s.is_writable()) return s.address + image.slide;
  }
  fail("%s: relocations, but no segment they count from", image.path());
}

Word resolve_symbol(const Image& image, uint32_t index) {
  if (index >= image.file.symbols.size()) {
    fail("%s: symbol %u of %zu is wanted", image.path(), index, image.file.symbols.size());
  }
  const Symbol& symbol = image.file.symbols[index];
  // Weak definitions and interposable ones were made external relocations: all images agree on one of them. Of an
  // undefined name the same bit says that a weak definition is meant (N_REF_TO_WEAK).
  const auto shared = symbol.is_weak_definition() ? find_coalesced(symbol.name) : std::nullopt;
  if (shared) return shared->address;
  if (symbol.is_defined()) return symbol.value + image.slide;
  const int ordinal = (image.file.flags & kTwoLevel) ? symbol.ordinal() : static_cast<int>(kFlat);
  return resolve_import(image, ordinal, symbol.name, symbol.is_weak_reference());
}

void apply_relocation(const Image& image, const Relocation& r, bool is_in_external_table, Word base) {
  const Word address = base + r.address;
  const bool has_known_type = r.type == 0 && r.length == kPointerLength && !r.is_relative;
  const bool is_branch = !kIs64 && r.type == 0 && r.length == 2 && r.is_relative && r.is_external;
  if (!has_known_type && !is_branch) {
    fail("%s: dynamic relocation of type %u, length %u at %#zx", image.path(), r.type, r.length,
         size_t{address - image.slide});
  }
  uint8_t* place = kIs64 ? image.writable(address, sizeof(Word), "a relocation")
                         : image.patchable(address, sizeof(Word), "a relocation");
  const Word old = xld::load<Word>(place);
  if (!is_in_external_table) {
    xld::store<Word>(place, old + image.slide);
  } else if (!r.is_external) {
    fail("%s: an external relocation without a symbol at %#zx", image.path(), size_t{address - image.slide});
  } else {
    const Word target = resolve_symbol(image, r.symbol);
    xld::store<Word>(place, old + target - (is_branch ? address + 4 : 0));
  }
  trace("%s: relocation at %#zx = %#zx", image.path(), size_t{address - image.slide}, size_t{xld::load<Word>(place)});
}

void apply_relocations(const Image& image, Bytes table, bool is_external) {
  if (table.empty()) return;
  const Word base = relocation_base(image);
  for (size_t at = 0; at + 8 <= table.size(); at += 8) {
    apply_relocation(image, decode(table.data() + at), is_external, base);
  }
}

uint32_t indirect_at(const Image& image, const Section& section, size_t index) {
  const size_t position = section.reserved1 + index;
  if (position >= image.file.indirect_symbols.size()) {
    fail("%s: section %s wants indirect symbol %zu of %zu", image.path(), section.name.c_str(), position,
         image.file.indirect_symbols.size());
  }
  return image.file.indirect_symbols[position];
}

// Lazy pointers are bound at once: the binder of classic images is code in their start file that this loader lacks.
void bind_pointers(const Image& image, const Section& section) {
  if (section.size % sizeof(Word) != 0) fail("%s: section %s has a broken size", image.path(), section.name.c_str());
  for (size_t i = 0; i < section.size / sizeof(Word); i++) {
    const uint32_t symbol = indirect_at(image, section, i);
    uint8_t* place = image.writable(section.address + image.slide + i * sizeof(Word), sizeof(Word), "a pointer");
    if (symbol & kIndirectAbsolute) continue;
    if (symbol & kIndirectLocal) {
      xld::store<Word>(place, xld::load<Word>(place) + image.slide);
    } else {
      xld::store<Word>(place, resolve_symbol(image, symbol));
    }
  }
}

// __IMPORT,__jump_table: five bytes each, which become `jmp target`.
void fill_jump_table(const Image& image, const Section& section) {
  constexpr size_t kEntry = 5;
  if (kIs64 || section.reserved2 != kEntry) {
    fail("%s: section %s is no jump table of i386", image.path(), section.name.c_str());
  }
  for (size_t i = 0; i < section.size / kEntry; i++) {
    const uint32_t symbol = indirect_at(image, section, i);
    if (symbol & (kIndirectAbsolute | kIndirectLocal)) continue;
    const Word address = section.address + image.slide + i * kEntry;
    uint8_t* place = image.writable(address, kEntry, "a jump table entry");
    place[0] = 0xe9;
    xld::store<uint32_t>(place + 1, static_cast<uint32_t>(resolve_symbol(image, symbol) - (address + kEntry)));
  }
}

}  // namespace

void apply_classic_fixups(const Image& image) {
  apply_relocations(image, image.file.local_relocations, false);
  apply_relocations(image, image.file.external_relocations, true);
  for (const Segment& segment : image.file.segments) {
    for (const Section& section : segment.sections) {
      if (section.type() == kNonLazyPointers || section.type() == kLazyPointers) bind_pointers(image, section);
      if (section.type() == kStubs && section.is_self_modifying()) fill_jump_table(image, section);
    }
  }
}

void apply_fixups(const Image& image) {
  if (image.file.has_chained_fixups) return apply_chained_fixups(image);
  if (image.file.has_dyld_info) return apply_opcodes(image);
  apply_classic_fixups(image);
}

}  // namespace macho_run
