// Makes small ELF64 objects in memory, byte by byte.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "formats/elf/elf.h"

namespace xld::elf_to_macho {

struct TestReloc {
  uint64_t offset;
  uint32_t type, symbol;
  int64_t addend;
};

struct TestSection {
  std::string name;
  std::vector<uint8_t> bytes;
  uint64_t flags = elf::SHF_ALLOC;
  uint32_t type = elf::SHT_PROGBITS;
  std::vector<TestReloc> relocs = {};
  uint64_t alignment = 1, entry_size = 0;
};

struct TestSymbol {
  std::string name;
  uint16_t section;  // counted from 1
  uint64_t value = 0;
  uint8_t binding = elf::STB_GLOBAL, type = elf::STT_NOTYPE, visibility = elf::STV_DEFAULT;
};

class ElfBuilder {
 public:
  // The symbols' numbers count from 1. Sections keep their numbers; relocations and tables stand behind them.
  static std::vector<uint8_t> build(const std::vector<TestSection>& sections, const std::vector<TestSymbol>& symbols) {
    return ElfBuilder().run(sections, symbols);
  }

 private:
  std::vector<uint8_t> run(const std::vector<TestSection>& sections, const std::vector<TestSymbol>& symbols) {
    bytes_.resize(sizeof(elf::Elf64::Header));
    headers_.resize(1);
    for (const TestSection& section : sections) add_section(section);
    const auto symbol_table = static_cast<uint32_t>(headers_.size());
    add_symbols(symbols);
    for (uint32_t i = 0; i < sections.size(); i++)
      if (!sections[i].relocs.empty()) add_relocs(sections[i].relocs, i + 1, symbol_table);
    add_table(".shstrtab", elf::SHT_STRTAB, {});  // its bytes are known when all names are
    headers_.back().offset = bytes_.size();
    headers_.back().size = names_.size();
    add(names_.data(), names_.size());
    write_headers();
    return bytes_;
  }

  void add(const void* data, size_t size) {
    const auto* begin = static_cast<const uint8_t*>(data);
    bytes_.insert(bytes_.end(), begin, begin + size);
  }

  elf::Elf64::SectionHeader& add_table(const std::string& name, uint32_t type, const std::vector<uint8_t>& contents) {
    elf::Elf64::SectionHeader header{};
    header.name = static_cast<uint32_t>(names_.size());
    names_ += name + '\0';
    header.type = type;
    header.offset = bytes_.size();
    header.size = contents.size();
    header.addralign = 1;
    add(contents.data(), type == elf::SHT_NOBITS ? 0 : contents.size());
    headers_.push_back(header);
    return headers_.back();
  }

  void add_section(const TestSection& section) {
    auto& header = add_table(section.name, section.type, section.bytes);
    header.flags = section.flags;
    header.addralign = section.alignment;
    header.entsize = section.entry_size;
  }

  void add_symbols(const std::vector<TestSymbol>& symbols) {
    std::string names(1, '\0');
    std::vector<uint8_t> table(sizeof(elf::Elf64::Symbol));
    for (const TestSymbol& symbol : symbols) {
      elf::Elf64::Symbol raw{};
      raw.name = static_cast<uint32_t>(names.size());
      raw.info = elf::symbol_info(symbol.binding, symbol.type);
      raw.other = symbol.visibility;
      raw.shndx = symbol.section;
      raw.value = symbol.value;
      names += symbol.name + '\0';
      const auto* begin = reinterpret_cast<const uint8_t*>(&raw);
      table.insert(table.end(), begin, begin + sizeof(raw));
    }
    auto& header = add_table(".symtab", elf::SHT_SYMTAB, table);
    header.link = static_cast<uint32_t>(headers_.size());
    header.entsize = sizeof(elf::Elf64::Symbol);
    add_table(".strtab", elf::SHT_STRTAB, {names.begin(), names.end()});
  }

  void add_relocs(const std::vector<TestReloc>& relocs, uint32_t section, uint32_t symbol_table) {
    std::vector<uint8_t> table;
    for (const TestReloc& reloc : relocs) {
      const elf::Elf64::Rela raw{reloc.offset, elf::Elf64::reloc_info(reloc.symbol, reloc.type), reloc.addend};
      const auto* begin = reinterpret_cast<const uint8_t*>(&raw);
      table.insert(table.end(), begin, begin + sizeof(raw));
    }
    auto& header = add_table(".rela", elf::SHT_RELA, table);
    header.info = section;
    header.link = symbol_table;
  }

  void write_headers() {
    elf::Elf64::Header header{};
    std::memcpy(header.ident, elf::kMagic, sizeof(elf::kMagic));
    header.ident[4] = elf::Elf64::kClass;
    header.ident[5] = elf::kLittleEndian;
    header.type = elf::ET_REL;
    header.shoff = bytes_.size();
    header.shentsize = sizeof(elf::Elf64::SectionHeader);
    header.shnum = static_cast<uint16_t>(headers_.size());
    header.shstrndx = static_cast<uint16_t>(headers_.size() - 1);
    std::memcpy(bytes_.data(), &header, sizeof(header));
    add(headers_.data(), headers_.size() * sizeof(headers_[0]));
  }

  std::vector<uint8_t> bytes_;
  std::vector<elf::Elf64::SectionHeader> headers_;
  std::string names_ = std::string(1, '\0');
};

}  // namespace xld::elf_to_macho
