// Decoding ELF with LLVM Object into the width-neutral ElfFile; look-ups over it. See elf_file.h.
//
// LLVM Object checks the ranges of each table it hands out and returns an error otherwise. The one thing it does not
// know is that an error in one table is no reason to give up on the next: every Expected is turned into a line of
// read_errors. A budget on the bytes handed to the rules keeps a hostile file, whose headers all name the same bytes,
// from costing more than a few times its size.
#include "verify/elf_file.h"

#include <algorithm>
#include <fmt/core.h>
#include <iterator>
#include <llvm/Object/ELF.h>

namespace xld::verify {

namespace {

using llvm::object::ELF32LE;
using llvm::object::ELF64LE;
using llvm::object::ELFFile;

constexpr size_t kMaxSegments = 1024;

template <class ELFT>
class Reader {
 public:
  Reader(const ELFFile<ELFT>& elf, ElfFile& file)
      : elf_(elf), file_(file), contents_left_(4 * uint64_t{file.bytes.size()}) {}

  void read() {
    read_header();
    read_segments();
    read_sections();
    for (const Section& section : file_.sections) read_table(section);
    read_dynamic();
  }

 private:
  using Shdr = typename ELFT::Shdr;

  // The value of an LLVM result, or nothing and a line in read_errors.
  template <class T>
  std::optional<T> take(llvm::Expected<T> result, const std::string& what) {
    if (result) return std::move(*result);
    file_.read_errors.push_back(fmt::format("{}: {}", what, llvm::toString(result.takeError())));
    return std::nullopt;
  }

  void read_header() {
    const auto& header = elf_.getHeader();
    file_.type = header.e_type;
    file_.machine = header.e_machine;
    file_.entry = header.e_entry;
    file_.segment_table = header.e_phoff;
    file_.section_table = header.e_shoff;
    file_.header_size = header.e_ehsize;
    file_.segment_entry_size = header.e_phentsize;
    file_.section_entry_size = header.e_shentsize;
    file_.segment_count = header.e_phnum;
    file_.section_count = header.e_shnum;
    file_.section_name_table = header.e_shstrndx;
  }

  void read_segments() {
    const auto segments = take(elf_.program_headers(), "program header table");
    if (!segments) return;
    for (const auto& s : *segments) {
      if (file_.segments.size() == kMaxSegments) {
        file_.read_errors.push_back(fmt::format("more than {} program headers: the rest is not checked", kMaxSegments));
        return;
      }
      file_.segments.push_back({static_cast<uint32_t>(file_.segments.size()),
                                s.p_type,
                                s.p_flags,
                                s.p_offset,
                                s.p_vaddr,
                                s.p_filesz,
                                s.p_memsz,
                                s.p_align,
                                {},
                                s.p_paddr});
      Segment& segment = file_.segments.back();
      if (!segment.is_load()) segment.contents = take_contents(segment.offset, segment.file_size, describe(segment));
    }
  }

  // Bytes for the rules to look at; nothing outside the file or beyond the budget.
  Bytes take_contents(uint64_t offset, uint64_t size, const std::string& what) {
    const auto contents = slice(file_.bytes, offset, size);
    if (!contents) return {};
    if (size > contents_left_) {
      file_.read_errors.push_back(fmt::format("{}: not checked, too many headers name the same bytes", what));
      return {};
    }
    contents_left_ -= size;
    return *contents;
  }

  void read_sections() {
    const auto headers = take(elf_.sections(), "section header table");
    if (!headers || headers->empty()) return;
    headers_ = headers->begin();
    file_.section_count = static_cast<uint32_t>(headers->size());
    // Section 0 holds what the header has no room for (gABI, "Extended section header").
    if (file_.section_name_table == ELF::SHN_XINDEX) file_.section_name_table = headers_[0].sh_link;
    const auto names = take(elf_.getSectionStringTable(*headers), "section name table").value_or(llvm::StringRef());
    for (const Shdr& header : *headers) file_.sections.push_back(decode_section(header, names));
  }

  Section decode_section(const Shdr& h, llvm::StringRef names) {
    const auto index = static_cast<uint32_t>(file_.sections.size());
    Section section{index,     h.sh_name, h.sh_type,      {},           h.sh_flags, h.sh_addr, h.sh_offset, h.sh_size,
                    h.sh_link, h.sh_info, h.sh_addralign, h.sh_entsize, {}};
    if (index != 0 && h.sh_name < names.size()) section.name = names.data() + h.sh_name;
    if (!section.is_nobits() && section.type != ELF::SHT_NULL) {
      section.contents = take_contents(section.offset, section.size, describe(section));
    }
    return section;
  }

  void read_table(const Section& section) {
    if (section.contents.empty()) return;
    if (section.type == ELF::SHT_SYMTAB || section.type == ELF::SHT_DYNSYM) read_symbols(section);
    if (section.type == ELF::SHT_RELA) read_relocations(section, elf_.relas(headers_[section.index]), true);
    if (section.type == ELF::SHT_REL) read_relocations(section, elf_.rels(headers_[section.index]), false);
  }

  void read_symbols(const Section& section) {
    const auto symbols = take(elf_.symbols(&headers_[section.index]), describe(section));
    if (!symbols) return;
    const Section* names = file_.section_at(section.link);
    const Bytes extended = extended_indices(section);
    SymbolTable table{&section, {}};
    table.symbols.reserve(symbols->size());
    for (const auto& s : *symbols) {
      Symbol symbol{s.st_name,  std::nullopt, s.getBinding(), s.getType(), s.getVisibility(),
                    s.st_shndx, s.st_shndx,   s.st_value,     s.st_size};
      if (names) symbol.name = c_string_at(names->contents, symbol.name_offset);
      if (symbol.raw_section == ELF::SHN_XINDEX) {
        symbol.section = xld::read<uint32_t>(extended, table.symbols.size() * 4).value_or(UINT32_MAX);
      }
      table.symbols.push_back(symbol);
    }
    file_.symbol_tables.push_back(std::move(table));
  }

  Bytes extended_indices(const Section& symbols) const {
    for (const Section& section : file_.sections) {
      if (section.type == ELF::SHT_SYMTAB_SHNDX && section.link == symbols.index) return section.contents;
    }
    return {};
  }

  template <class Range>
  void read_relocations(const Section& section, llvm::Expected<Range> result, bool has_addends) {
    const auto range = take(std::move(result), describe(section));
    if (!range) return;
    RelocationTable table{&section, has_addends, {}};
    table.relocations.reserve(range->size());
    for (const auto& r : *range) {
      int64_t addend = 0;
      if constexpr (requires { r.r_addend; }) addend = r.r_addend;
      table.relocations.push_back({r.r_offset, r.getType(false), r.getSymbol(false), addend});
    }
    file_.relocation_tables.push_back(std::move(table));
  }

  // By the program header if there is one: that is where a loader looks.
  void read_dynamic() {
    Bytes bytes;
    if (const Segment* segment = file_.find_segment(ELF::PT_DYNAMIC)) {
      bytes = segment->contents;
    }
    const uint64_t size = 2 * file_.word();
    for (uint64_t at = 0; contains(bytes, at, size); at += size) {
      const DynamicEntry entry{*file_.read_word(bytes, at), *file_.read_word(bytes, at + file_.word())};
      if (entry.tag == ELF::DT_NULL) {
        file_.dynamic_is_terminated = true;
        return;
      }
      file_.dynamic.push_back(entry);
    }
  }

  const ELFFile<ELFT>& elf_;
  ElfFile& file_;
  uint64_t contents_left_;
  const Shdr* headers_ = nullptr;
};

template <class ELFT>
Result<ElfFile> read_class(Bytes bytes, bool is_64) {
  llvm::Expected<ELFFile<ELFT>> elf = ELFFile<ELFT>::create({as_text(bytes).data(), bytes.size()});
  if (!elf) return Error{llvm::toString(elf.takeError())};
  ElfFile file{};
  file.bytes = bytes;
  file.is_64 = is_64;
  Reader<ELFT>(*elf, file).read();
  return file;
}

struct TypeName {
  uint32_t type;
  std::string_view name;
};

constexpr TypeName kSegmentNames[] = {
    {ELF::PT_LOAD, "PT_LOAD"},
    {ELF::PT_DYNAMIC, "PT_DYNAMIC"},
    {ELF::PT_INTERP, "PT_INTERP"},
    {ELF::PT_NOTE, "PT_NOTE"},
    {ELF::PT_PHDR, "PT_PHDR"},
    {ELF::PT_TLS, "PT_TLS"},
    {ELF::PT_GNU_EH_FRAME, "PT_GNU_EH_FRAME"},
    {ELF::PT_GNU_STACK, "PT_GNU_STACK"},
    {ELF::PT_GNU_RELRO, "PT_GNU_RELRO"},
    {ELF::PT_GNU_PROPERTY, "PT_GNU_PROPERTY"},
};

}  // namespace

const Segment* ElfFile::find_segment(uint32_t segment_type) const {
  const auto found = std::find_if(segments.begin(), segments.end(), [&](auto& s) { return s.type == segment_type; });
  return found == segments.end() ? nullptr : &*found;
}

const Section* ElfFile::find_section(std::string_view name) const {
  const auto found = std::find_if(sections.begin(), sections.end(), [&](auto& s) { return s.name == name; });
  return found == sections.end() ? nullptr : &*found;
}

const Section* ElfFile::section_at(uint32_t index) const {
  return index != 0 && index < sections.size() ? &sections[index] : nullptr;
}

const SymbolTable* ElfFile::find_symbols(uint32_t section_type) const {
  for (const SymbolTable& table : symbol_tables) {
    if (table.section->type == section_type) return &table;
  }
  return nullptr;
}

std::optional<uint64_t> ElfFile::dynamic_value(uint64_t tag) const {
  for (const DynamicEntry& slot : dynamic) {
    if (slot.tag == tag) return slot.value;
  }
  return std::nullopt;
}

const Segment* ElfFile::load_at(uint64_t address, uint64_t size) const {
  for (const Segment& s : segments) {
    if (s.is_load() && is_inside(address, size, s.address, s.memory_size)) return &s;
  }
  return nullptr;
}

std::optional<Bytes> ElfFile::bytes_at(uint64_t address, uint64_t size) const {
  for (const Segment& s : segments) {
    if (!s.is_load() || !is_inside(address, size, s.address, s.file_size)) continue;
    const uint64_t delta = address - s.address;
    if (s.offset <= bytes.size() && delta <= bytes.size() - s.offset) return slice(bytes, s.offset + delta, size);
  }
  return std::nullopt;
}

std::optional<uint64_t> ElfFile::read_word(Bytes from, uint64_t offset) const {
  if (is_64) return xld::read<uint64_t>(from, offset);
  return xld::read<uint32_t>(from, offset);
}

bool ElfFile::is_static_executable() const {
  if (find_segment(ELF::PT_INTERP) || dynamic_value(ELF::DT_NEEDED)) return false;
  if (type == ELF::ET_EXEC) return true;
  return type == ELF::ET_DYN && (dynamic_value(ELF::DT_FLAGS_1).value_or(0) & ELF::DF_1_PIE) != 0;
}

std::string describe(const Segment& segment) {
  for (const TypeName& known : kSegmentNames) {
    if (known.type == segment.type) return fmt::format("segment [{}] {}", segment.index, known.name);
  }
  return fmt::format("segment [{}] of type {:#x}", segment.index, segment.type);
}

std::string describe(const Section& section) {
  return fmt::format("section [{}] {}", section.index, section.name);
}

std::string describe(const Symbol& symbol, size_t index) {
  return fmt::format("symbol [{}] {}", index, symbol.name.value_or("(name out of range)"));
}

Result<ElfFile> read_elf(Bytes bytes) {
  if (bytes.size() < ELF::EI_NIDENT || !as_text(bytes).starts_with(std::string_view(ELF::ElfMagic, 4))) {
    return Error{"not an ELF file"};
  }
  if (bytes[ELF::EI_DATA] != ELF::ELFDATA2LSB) return Error{"not a little-endian ELF file"};
  switch (bytes[ELF::EI_CLASS]) {
    case ELF::ELFCLASS64:
      return read_class<ELF64LE>(bytes, true);
    case ELF::ELFCLASS32:
      return read_class<ELF32LE>(bytes, false);
    default:
      return Error{fmt::format("unknown ELF class {}", bytes[ELF::EI_CLASS])};
  }
}

}  // namespace xld::verify
