// See elf_view.h.
#include "formats/elf_to_macho/elf_view.h"

#include <algorithm>
#include <fmt/core.h>
#include <unordered_set>

#include "core/arena.h"
#include "formats/elf/compact_relocs.h"
#include "formats/elf/elf.h"

namespace xld::elf_to_macho {

using namespace elf;

namespace {

// What its size is when it is decompressed, the caller finds out.
bool is_compressed(const ElfSection& section) {
  return (section.flags & SHF_COMPRESSED) || section.name.starts_with(".zdebug_");
}

template <class E>
class Opener {
 public:
  explicit Opener(Bytes file) : file_(file) {}

  Result<ElfView> open() {
    if (!read_sections() || !read_symbols() || !read_groups() || !read_relocs()) return Error{problem_};
    return std::move(view_);
  }

 private:
  using Header = typename E::Header;
  using SectionHeader = typename E::SectionHeader;
  using Symbol = typename E::Symbol;

  bool fail(std::string what) {
    problem_ = std::move(what);
    return false;
  }

  bool read_sections() {
    const auto header = xld::read<Header>(file_, 0);
    if (!header) return fail("file is too small for an ELF header");
    if (header->shentsize != sizeof(SectionHeader))
      return fail(fmt::format("section headers of {} bytes instead of {}", header->shentsize, sizeof(SectionHeader)));
    const auto first = xld::read<SectionHeader>(file_, header->shoff);
    uint64_t count = header->shnum;
    if (count == 0 && first) count = first->size;
    if (!contains(file_, header->shoff, 0) || count > (file_.size() - header->shoff) / sizeof(SectionHeader))
      return fail(fmt::format("{} section headers at offset {:#x} extend past the end of the file", count,
                              uint64_t{header->shoff}));
    for (uint64_t i = 0; i < count; i++)
      headers_.push_back(load<SectionHeader>(file_.data() + header->shoff + i * sizeof(SectionHeader)));
    uint32_t names = header->shstrndx;
    if (names == SHN_XINDEX && first) names = first->link;
    Bytes name_table;
    if (count != 0 && !contents_of(names, name_table)) return false;
    view_.sections.resize(headers_.size());
    for (uint32_t i = 1; i < headers_.size(); i++)
      if (!read_section(i, name_table)) return false;
    return true;
  }

  bool contents_of(uint32_t index, Bytes& bytes) {
    if (index >= headers_.size()) return fail(fmt::format("section {} does not exist", index));
    const auto found = slice(file_, headers_[index].offset, headers_[index].size);
    if (!found) return fail(fmt::format("section {} extends past the end of the file", index));
    bytes = *found;
    return true;
  }

  bool read_section(uint32_t index, Bytes names) {
    const SectionHeader& header = headers_[index];
    ElfSection& section = view_.sections[index];
    const auto name = c_string_at(names, header.name);
    if (!name) return fail(fmt::format("section {}: its name is outside the string table", index));
    section.name = *name;
    section.type = header.type;
    section.flags = header.flags;
    section.size = header.size;
    section.alignment = header.addralign == 0 ? 1 : header.addralign;
    section.entry_size = header.entsize;
    if (!is_power_of_two(section.alignment))
      return fail(fmt::format("section {}: alignment {:#x} is not a power of two", section.name, section.alignment));
    return header.type == SHT_NOBITS || contents_of(index, section.bytes);
  }

  // The first section of a type; 0: there is none.
  uint32_t find_section(uint32_t type) const {
    for (uint32_t i = 1; i < headers_.size(); i++)
      if (headers_[i].type == type) return i;
    return 0;
  }

  bool read_symbols() {
    symbol_table_ = find_section(SHT_SYMTAB);
    view_.symbols.resize(1);  // number 0 is no symbol, and there whatever the table has
    if (symbol_table_ == 0) return true;
    Bytes names, extended;
    if (!contents_of(headers_[symbol_table_].link, names)) return false;
    if (const uint32_t table = find_section(SHT_SYMTAB_SHNDX)) extended = view_.sections[table].bytes;
    const Bytes bytes = view_.sections[symbol_table_].bytes;
    view_.symbols.resize(std::max<size_t>(1, bytes.size() / sizeof(Symbol)));
    for (uint32_t i = 1; i < view_.symbols.size(); i++) {
      const auto raw = load<Symbol>(bytes.data() + size_t{i} * sizeof(Symbol));
      ElfSymbol& symbol = view_.symbols[i];
      const auto name = c_string_at(names, raw.name);
      if (!name) return fail(fmt::format("symbol {}: its name is outside the string table", i));
      symbol.name = *name;
      symbol.value = raw.value;
      symbol.size = raw.size;
      symbol.binding = binding_of(raw.info);
      symbol.type = type_of(raw.info);
      symbol.visibility = visibility_of(raw.other);
      const bool is_extended = raw.shndx == SHN_XINDEX;
      symbol.section = is_extended ? xld::read<uint32_t>(extended, uint64_t{i} * 4).value_or(UINT32_MAX) : raw.shndx;
      if (!is_extended && raw.shndx >= SHN_LORESERVE ? !set_reserved_place(i) : !set_place(i)) return false;
    }
    drop_versions();
    return true;
  }

  // Mach-O has no versions of names. "name@@V" is what the name means from now on, and so is "name@V" where it is
  // referred to; other versions are nobody's, and neither is a second spelling of a name.
  void drop_versions() {
    const auto has_version = [](const ElfSymbol& symbol) { return symbol.name.find('@') != std::string_view::npos; };
    if (std::ranges::none_of(view_.symbols, has_version)) return;
    std::unordered_set<std::string_view> plain;
    for (const ElfSymbol& symbol : view_.symbols)
      if (symbol.is_global() && symbol.is_defined()) plain.insert(symbol.name);
    for (ElfSymbol& symbol : view_.symbols) {
      const size_t at = symbol.name.find('@');
      if (at == std::string_view::npos || at == 0 || !symbol.is_global()) continue;
      const std::string_view base = symbol.name.substr(0, at);
      const bool is_default = symbol.name.substr(at).starts_with("@@");
      if (!symbol.is_defined() || (is_default && plain.insert(base).second)) {
        symbol.name = base;
      } else {
        symbol.binding = STB_LOCAL;
      }
    }
  }

  bool set_reserved_place(uint32_t index) {
    ElfSymbol& symbol = view_.symbols[index];
    if (symbol.section != SHN_ABS && symbol.section != SHN_COMMON)
      return fail(fmt::format("symbol {} ({}) is in the reserved section {:#x}", index, symbol.name, symbol.section));
    symbol.place = symbol.section == SHN_ABS ? SymbolPlace::Absolute : SymbolPlace::Common;
    return true;
  }

  bool set_place(uint32_t index) {
    ElfSymbol& symbol = view_.symbols[index];
    if (symbol.section == SHN_UNDEF) return true;
    if (symbol.section >= view_.sections.size())
      return fail(
          fmt::format("symbol {} ({}) is in section {}, which does not exist", index, symbol.name, symbol.section));
    ElfSection& section = view_.sections[symbol.section];
    if (symbol.value > section.size && !is_compressed(section))
      return fail(fmt::format("symbol {} ({}) at {:#x} is outside its section {}", index, symbol.name, symbol.value,
                              section.name));
    symbol.place = SymbolPlace::Section;
    if (symbol.value == section.size && symbol.type != STT_SECTION) section.has_end_symbol = true;
    return true;
  }

  bool read_groups() {
    for (uint32_t i = 1; i < headers_.size(); i++) {
      if (headers_[i].type != SHT_GROUP) continue;
      const Bytes bytes = view_.sections[i].bytes;
      if (xld::read<uint32_t>(bytes, 0) != GRP_COMDAT) continue;
      for (uint64_t at = 4; at + 4 <= bytes.size(); at += 4) {
        const auto member = load<uint32_t>(bytes.data() + at);
        if (member >= view_.sections.size())
          return fail(fmt::format("section {}: member {} of the group does not exist", i, member));
        view_.sections[member].is_in_group = true;
      }
    }
    return true;
  }

  bool read_relocs() {
    for (uint32_t i = 1; i < headers_.size(); i++) {
      const SectionHeader& header = headers_[i];
      if (header.type != SHT_RELA && header.type != SHT_REL && header.type != SHT_CREL) continue;
      if (header.info == 0 || header.info >= view_.sections.size() || header.link != symbol_table_)
        return fail(fmt::format("section {}: its relocations are for a section or symbol table that does not exist",
                                view_.sections[i].name));
      RelocRecords records{view_.sections[i].bytes, header.type == SHT_RELA};
      Arena arena;
      if (header.type == SHT_CREL) {
        const auto expanded = expand_compact_relocs<E>(records.bytes, arena);
        if (!expanded) return fail(fmt::format("section {}: {}", view_.sections[i].name, expanded.error().message));
        records = *expanded;
      }
      ElfSection& section = view_.sections[header.info];
      const bool is_read = records.has_addends ? read_table<typename E::Rela>(records.bytes, section)
                                               : read_table<typename E::Rel>(records.bytes, section);
      if (!is_read) return false;
    }
    return true;
  }

  template <class Record>
  bool read_table(Bytes bytes, ElfSection& section) {
    section.relocs.reserve(section.relocs.size() + bytes.size() / sizeof(Record));
    for (uint64_t at = 0; at + sizeof(Record) <= bytes.size(); at += sizeof(Record)) {
      const auto raw = load<Record>(bytes.data() + at);
      ElfReloc reloc{raw.offset, raw.type(), raw.symbol(), 0};
      if constexpr (requires { raw.addend; }) {
        reloc.addend = raw.addend;
      } else {
        reloc.addend = xld::read<int32_t>(section.bytes, raw.offset).value_or(0);
      }
      if (reloc.symbol >= view_.symbols.size())
        return fail(fmt::format("section {}: relocation at {:#x} names symbol {}, which does not exist", section.name,
                                reloc.offset, reloc.symbol));
      if (reloc.offset > section.size && !is_compressed(section))
        return fail(fmt::format("section {}: relocation at {:#x} is outside", section.name, reloc.offset));
      section.relocs.push_back(reloc);
    }
    return true;
  }

  Bytes file_;
  std::string problem_;
  std::vector<SectionHeader> headers_;
  uint32_t symbol_table_ = 0;
  ElfView view_;
};

}  // namespace

Result<ElfView> ElfView::open(Bytes file, Cpu cpu) {
  if (file.size() < 16 || file[4] != (cpu == Cpu::I386 ? Elf32::kClass : Elf64::kClass) || file[5] != kLittleEndian)
    return Error{"32 or 64 bit: the class in the header does not fit the CPU"};
  return cpu == Cpu::I386 ? Opener<Elf32>(file).open() : Opener<Elf64>(file).open();
}

}  // namespace xld::elf_to_macho
