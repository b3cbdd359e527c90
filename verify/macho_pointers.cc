// Rules about the words that the loader completes and the code that goes through them: the symbol table, the indirect
// table, the fixups and the stubs are four descriptions of the same things, and have to agree.
//
// <mach-o/loader.h> (indirect symbols, stubs), dyld's stub binder for what stub helpers hand over.
#include <algorithm>
#include <map>

#include "verify/elf_file.h"
#include "verify/macho_file.h"
#include "verify/rules.h"

namespace xld::verify {

namespace {

using Kind = MachoFixup::Kind;

bool is_pointer_table(const MachoSection& section) {
  switch (section.type()) {
    case MachO::S_NON_LAZY_SYMBOL_POINTERS:
    case MachO::S_LAZY_SYMBOL_POINTERS:
    case MachO::S_THREAD_LOCAL_VARIABLE_POINTERS:
      return true;
    default:
      return false;
  }
}

bool has_newer_fixups(const MachoFile& file) {
  return file.dyld_info || file.find_command(MachO::LC_DYLD_CHAINED_FIXUPS);
}

// The fixups of each place. A lazy pointer has two, a word that is coalesced may have as many.
class FixupIndex {
 public:
  explicit FixupIndex(const MachoFile& file) {
    for (const MachoFixup& fixup : file.fixups) by_address_.emplace(fixup.address, &fixup);
  }

  bool has_any(uint64_t address) const { return by_address_.contains(address); }

  const MachoFixup* find(uint64_t address, Kind kind) const {
    const auto [first, last] = by_address_.equal_range(address);
    const auto found = std::find_if(first, last, [&](const auto& entry) { return entry.second->kind == kind; });
    return found == last ? nullptr : found->second;
  }
  // What the loader looks up for the word.
  const MachoFixup* find_bind(uint64_t address) const {
    for (const Kind kind : {Kind::Bind, Kind::LazyBind, Kind::WeakBind})
      if (const MachoFixup* found = find(address, kind)) return found;
    return nullptr;
  }

 private:
  std::multimap<uint64_t, const MachoFixup*> by_address_;
};

// The symbol of entry `i` of a section that the indirect table describes; nothing: none, or a mark in its place.
const MachoSymbol* indirect_symbol(const MachoFile& file, const MachoSection& section, uint64_t i) {
  const uint64_t index = section.reserved1 + i;
  if (index >= file.indirect.size() || file.indirect[index] >= file.symbols.size()) return nullptr;
  return &file.symbols[file.indirect[index]];
}

int library_of(const MachoSymbol& symbol) {
  const int ordinal = symbol.description >> 8;
  return ordinal > 253 ? ordinal - 256 : ordinal;
}

void check_bound_symbols(const MachoFile& file, Report& report) {
  if (!file.dysymtab || file.dysymtab->nundefsym == 0) return;
  std::map<std::string_view, const MachoSymbol*> symbols;
  for (const MachoSymbol& symbol : file.symbols)
    if (!symbol.is_stab() && symbol.is_external() && symbol.name) symbols[*symbol.name] = &symbol;
  for (const MachoFixup& fixup : file.fixups) {
    constexpr int kWeakLookup = -3;
    if (fixup.kind == Kind::Rebase) continue;
    const auto found = symbols.find(fixup.name);
    if (found == symbols.end()) {
      report.add("{:#x}: is bound to {}, which is not in the symbol table", fixup.address, fixup.name);
      continue;
    }
    const MachoSymbol& symbol = *found->second;
    const bool is_two_level = (file.flags & MachO::MH_TWOLEVEL) != 0 && fixup.ordinal != kWeakLookup;
    if (is_two_level && !symbol.is_defined() && library_of(symbol) != fixup.ordinal)
      report.add("{:#x}: is bound to {} of library {}, the symbol table says {}", fixup.address, fixup.name,
                 fixup.ordinal, library_of(symbol));
  }
}

// What a word is bound to is what the indirect table says of it.
void check_indirect_pointers(const MachoFile& file, Report& report) {
  if (!has_newer_fixups(file)) return;
  const FixupIndex fixups(file);
  for (const MachoSection& section : file.sections) {
    if (!is_pointer_table(section)) continue;
    for (uint64_t i = 0; i < section.contents.size() / file.word(); i++) {
      const uint64_t address = section.address + i * file.word();
      const MachoSymbol* symbol = indirect_symbol(file, section, i);
      const MachoFixup* bind = fixups.find_bind(address);
      if (!symbol || !symbol->name) continue;
      if (bind && bind->name != *symbol->name)
        report.add("{}: the word at {:#x} is bound to {}, the indirect table says {}", describe(section), address,
                   bind->name, *symbol->name);
      const bool is_bound_to_nothing = !bind && !symbol->is_defined();
      if (is_bound_to_nothing && file.word_at(address).value_or(0) != 0)
        report.add("{}: the word at {:#x} is that of {}, and not bound", describe(section), address, *symbol->name);
    }
  }
}

// ---- code that goes through pointers

// arm64: adrp REG, PAGE; ldr REG, [REG, OFFSET]; br REG. If the word is near: nop; ldr REG, WORD; br REG.
std::optional<uint64_t> pointer_of_arm64_stub(const uint8_t* code, uint64_t address) {
  constexpr uint32_t kNop = 0xd503201f;
  const auto page = load<uint32_t>(code), load_word = load<uint32_t>(code + 4), jump = load<uint32_t>(code + 8);
  if ((jump & 0xfffffc1f) != 0xd61f0000) return std::nullopt;
  if (page == kNop && (load_word & 0xff000000) == 0x58000000) {
    const auto words = static_cast<int32_t>(load_word << 8) >> 13;  // 19 bits with a sign
    return address + 4 + static_cast<uint64_t>(int64_t{words} * 4);
  }
  if ((page & 0x9f000000) != 0x90000000 || (load_word & 0xffc00000) != 0xf9400000) return std::nullopt;
  const uint64_t number = (page >> 29 & 3) | (page >> 5 & 0x7ffff) << 2;
  const auto distance = static_cast<int64_t>(number << 43) >> 31;  // 21 bits with a sign, in pages
  return (address & ~uint64_t{0xfff}) + static_cast<uint64_t>(distance) + (load_word >> 10 & 0xfff) * 8;
}

// The word that a stub jumps through; nothing if it is none of the stubs linkers write.
std::optional<uint64_t> pointer_of_stub(const MachoFile& file, Bytes code, uint64_t address) {
  constexpr uint16_t kJump = 0x25ff;  // jmp *
  if (file.is_arm64()) return code.size() < 12 ? std::nullopt : pointer_of_arm64_stub(code.data(), address);
  constexpr uint32_t kLandingPad = 0xfb1e0ff3;  // endbr32
  if (code.size() >= 4 && load<uint32_t>(code.data()) == kLandingPad) {
    code = code.subspan(4);
    address += 4;
  }
  if (code.size() < 6 || load<uint16_t>(code.data()) != kJump) return std::nullopt;
  const auto field = load<uint32_t>(code.data() + 2);
  if (!file.is_64) return field;
  return address + 6 + static_cast<uint64_t>(int64_t{static_cast<int32_t>(field)});
}

void check_stub(const MachoFile& file, const MachoSection& section, uint64_t i, Report& report) {
  const uint64_t address = section.address + i * section.reserved2;
  const auto pointer =
      pointer_of_stub(file, section.contents.subspan(i * section.reserved2, section.reserved2), address);
  if (!pointer && !file.is_64) return;  // position-independent ones of i386 have many forms
  if (!pointer) return report.add("{}: the stub at {:#x} does not jump through a pointer", describe(section), address);
  const MachoSection* table = file.section_at(*pointer);
  if (!table || !is_pointer_table(*table) || (*pointer - table->address) % file.word() != 0)
    return report.add("{}: the stub at {:#x} jumps through {:#x}, no word of a table of pointers", describe(section),
                      address, *pointer);
  const MachoSymbol* own = indirect_symbol(file, section, i);
  const MachoSymbol* other = indirect_symbol(file, *table, (*pointer - table->address) / file.word());
  if (own && other && own != other)
    report.add("{}: the stub at {:#x} of {} jumps through the pointer to {}", describe(section), address,
               own->name.value_or(""), other->name.value_or(""));
}

void check_stubs(const MachoFile& file, Report& report) {
  for (const MachoSection& section : file.sections) {
    const bool is_table =
        (section.flags & MachO::S_ATTR_SELF_MODIFYING_CODE) != 0;  // i386: the loader writes the jumps
    if (section.type() != MachO::S_SYMBOL_STUBS || section.reserved2 == 0 || is_table) continue;
    for (uint64_t i = 0; (i + 1) * section.reserved2 <= section.contents.size(); i++)
      check_stub(file, section, i, report);
  }
}

// ---- lazy binding

// What the helper of a lazy pointer hands to the loader: an offset in the opcodes.
std::optional<uint32_t> offset_of_helper(const MachoFile& file, uint64_t address) {
  constexpr uint8_t kPush = 0x68;
  constexpr uint32_t kLoadLiteral = 0x18000050;  // ldr w16, behind the branch
  const auto code = file.bytes_at(address, file.is_arm64() ? 12 : 5);
  if (!code) return std::nullopt;
  const uint8_t* bytes = code->data();
  if (file.is_arm64() ? load<uint32_t>(bytes) != kLoadLiteral : bytes[0] != kPush) return std::nullopt;
  return load<uint32_t>(bytes + (file.is_arm64() ? 8 : 1));
}

// The word that the opcodes from there on bind.
std::optional<uint64_t> bound_by(const MachoFile& file, uint32_t offset) {
  const auto opcodes = slice(file.bytes, file.dyld_info->lazy_bind_off, file.dyld_info->lazy_bind_size);
  if (!opcodes) return std::nullopt;
  LebReader reader(*opcodes, offset);
  std::optional<uint64_t> address;
  while (!reader.at_end()) {
    const uint8_t code = reader.byte(), immediate = code & MachO::BIND_IMMEDIATE_MASK;
    switch (code & MachO::BIND_OPCODE_MASK) {
      case MachO::BIND_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB:
        if (immediate >= file.segments.size()) return std::nullopt;
        address = file.segments[immediate].address + reader.uleb();
        break;
      case MachO::BIND_OPCODE_SET_SYMBOL_TRAILING_FLAGS_IMM:
        reader.string();
        break;
      case MachO::BIND_OPCODE_SET_DYLIB_ORDINAL_ULEB:
        reader.uleb();
        break;
      case MachO::BIND_OPCODE_DO_BIND:
        return address;
      case MachO::BIND_OPCODE_DONE:
        return std::nullopt;
      default:
        break;
    }
  }
  return std::nullopt;
}

void check_lazy_pointers(const MachoFile& file, Report& report) {
  if (!file.dyld_info) return;
  for (const MachoFixup& fixup : file.fixups) {
    if (fixup.kind != Kind::LazyBind) continue;
    const uint64_t helper = file.word_at(fixup.address).value_or(0);
    const auto offset = offset_of_helper(file, helper);
    const auto bound = offset ? bound_by(file, *offset) : std::nullopt;
    if (!offset)
      report.add("{:#x}: the pointer to {} leads to {:#x}, no stub helper", fixup.address, fixup.name, helper);
    else if (bound != fixup.address)
      report.add("{:#x}: the helper of the pointer to {} asks for {:#x}", fixup.address, fixup.name, bound.value_or(0));
  }
}

// ---- words that nobody completes

bool moves(const MachoFile& file) {
  return file.is_library() || (file.is_executable() && (file.flags & MachO::MH_PIE) != 0);
}

// Of the words of a section, every which one is an address; 0: none.
uint64_t distance_of_addresses(const MachoFile& file, const MachoSection& section) {
  if (is_pointer_table(section)) return file.word();
  if (section.type() == MachO::S_MOD_INIT_FUNC_POINTERS || section.type() == MachO::S_MOD_TERM_FUNC_POINTERS)
    return file.word();
  return section.type() == MachO::S_THREAD_LOCAL_VARIABLES ? 3 * uint64_t{file.word()} : 0;
}

// A word that has an address, and that nothing moves, works only where the image is not slid.
void check_completed(const MachoFile& file, Report& report) {
  if (!moves(file) || !has_newer_fixups(file)) return;
  const FixupIndex fixups(file);
  for (const MachoSection& section : file.sections) {
    const uint64_t distance = distance_of_addresses(file, section);
    for (uint64_t at = 0; distance != 0 && at + file.word() <= section.contents.size(); at += distance) {
      const uint64_t address = section.address + at;
      if (file.word_at(address).value_or(0) != 0 && !fixups.has_any(address))
        report.add("{}: the word at {:#x} has an address, and no fixup", describe(section), address);
    }
  }
}

constexpr MachoRule kRules[] = {
    {"macho-bound-symbols", "what is bound is in the symbol table, of the same library", Scope::Linked,
     check_bound_symbols},
    {"macho-indirect-pointers", "a word is bound to what the indirect table says of it", Scope::Linked,
     check_indirect_pointers},
    {"macho-stubs", "stubs jump through the pointers to their own symbols", Scope::Linked, check_stubs},
    {"macho-lazy-pointers", "lazy pointers lead to helpers that ask for them", Scope::Linked, check_lazy_pointers},
    {"macho-completed", "where an image may be slid, every pointer has a fixup", Scope::Linked, check_completed},
};

}  // namespace

MachoRules macho_pointer_rules() {
  return kRules;
}

}  // namespace xld::verify
