// See stub_library.h. The file's sections stand at addresses equal to their offsets, in one segment that is not
// writable: nobody loads it. Symbols stand at the start of a section of code that is empty.
#include "formats/elf/stub_library.h"

#include <array>
#include <cstring>
#include <map>
#include <vector>

#include "core/target_table.h"
#include "formats/elf/dynamic_symbols.h"
#include "formats/elf/elf.h"

namespace xld::elf {

namespace {

enum Section : uint16_t { kNull, kCode, kHash, kSymbols, kVersions, kDefined, kNames, kDynamic, kSectionNames, kCount };

template <class T>
void append(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

class StringTable {
 public:
  uint32_t add(std::string_view text) {
    if (text.empty()) return 0;
    const auto [found, is_new] = known_.try_emplace(std::string(text), static_cast<uint32_t>(bytes.size()));
    if (is_new) bytes.append(text).push_back('\0');
    return found->second;
  }

  std::string bytes = std::string(1, '\0');

 private:
  std::map<std::string, uint32_t, std::less<>> known_;
};

template <class E>
class StubWriter {
 public:
  StubWriter(const Target& target, const StubLibrary& library) : target_(target), library_(library) {}

  std::string write() {
    number_versions();
    out_.resize(sizeof(typename E::Header) + kSegments * sizeof(typename E::ProgramHeader));
    place(kCode, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 16, {});
    place(kHash, ".hash", SHT_HASH, SHF_ALLOC, 4, hash_table()).entsize = 4;
    place(kSymbols, ".dynsym", SHT_DYNSYM, SHF_ALLOC, E::kWordSize, symbols()).entsize = sizeof(typename E::Symbol);
    place(kVersions, ".gnu.version", SHT_GNU_VERSYM, SHF_ALLOC, 2, symbol_versions()).entsize = 2;
    place(kDefined, ".gnu.version_d", SHT_GNU_VERDEF, SHF_ALLOC, E::kWordSize, defined_versions());
    const uint32_t own_name = names_.add(library_.name);
    place(kNames, ".dynstr", SHT_STRTAB, SHF_ALLOC, 1, names_.bytes);
    place(kDynamic, ".dynamic", SHT_DYNAMIC, SHF_ALLOC, E::kWordSize, dynamic(own_name)).entsize =
        sizeof(typename E::Dynamic);
    loaded_size_ = out_.size();
    const uint32_t last_name = section_names_.add(".shstrtab");
    place(kSectionNames, {}, SHT_STRTAB, 0, 1, section_names_.bytes).name = last_name;
    join_sections();
    finish_headers();
    return std::move(out_);
  }

 private:
  using Word = typename E::Word;
  static constexpr size_t kSegments = 2;
  static constexpr uint16_t kFirstVersion = VER_NDX_GLOBAL + 1;  // 1 is the library's own name

  void number_versions() {
    for (const StubSymbol& symbol : library_.symbols) {
      if (symbol.version.empty()) continue;
      const auto index = static_cast<uint16_t>(kFirstVersion + versions_.size());
      if (index_of_version_.try_emplace(symbol.version, index).second) versions_.push_back(symbol.version);
    }
  }

  typename E::SectionHeader& place(Section index, std::string_view name, uint32_t type, uint64_t flags,
                                   uint64_t alignment, std::string_view bytes) {
    out_.resize(align_up(out_.size(), alignment), '\0');
    typename E::SectionHeader& header = headers_[index];
    header.name = section_names_.add(name);
    header.type = type;
    header.flags = static_cast<Word>(flags);
    header.offset = static_cast<Word>(out_.size());
    if (flags & SHF_ALLOC) header.addr = header.offset;
    header.size = static_cast<Word>(bytes.size());
    header.addralign = static_cast<Word>(alignment);
    out_.append(bytes);
    return header;
  }

  // ---- tables

  std::string symbols() {
    std::string table(sizeof(typename E::Symbol), '\0');
    for (const StubSymbol& symbol : library_.symbols) {
      constexpr uint8_t kTypes[] = {STT_NOTYPE, STT_FUNC, STT_OBJECT};
      typename E::Symbol row{};
      row.name = names_.add(symbol.name);
      row.info = symbol_info(STB_GLOBAL, kTypes[static_cast<size_t>(symbol.type)]);
      row.shndx = kCode;
      row.value = headers_[kCode].addr;
      append(table, row);
    }
    return table;
  }

  std::string hash_table() const {
    const auto count = static_cast<uint32_t>(library_.symbols.size() + 1);
    const uint32_t buckets = count / 2 + 1;
    std::vector<uint32_t> words(size_t{2} + buckets + count);
    words[0] = buckets;
    words[1] = count;
    for (uint32_t i = 1; i < count; i++) {
      uint32_t& first = words[2 + sysv_hash(library_.symbols[i - 1].name) % buckets];
      words[2 + buckets + i] = first;
      first = i;
    }
    return {reinterpret_cast<const char*>(words.data()), words.size() * sizeof(uint32_t)};
  }

  std::string symbol_versions() const {
    std::string table(2, '\0');
    for (const StubSymbol& symbol : library_.symbols) {
      uint16_t entry = VER_NDX_GLOBAL;
      if (!symbol.version.empty()) entry = index_of_version_.at(symbol.version);
      if (!symbol.is_default_version) entry |= VERSYM_HIDDEN;
      append(table, entry);
    }
    return table;
  }

  std::string defined_versions() {
    std::string table;
    for (size_t i = 0; i <= versions_.size(); i++) {
      const std::string_view name = i == 0 ? library_.name : versions_[i - 1];
      VersionDefinition row{};
      row.version = VER_DEF_CURRENT;
      row.flags = i == 0 ? VER_FLG_BASE : 0;
      row.index = static_cast<uint16_t>(VER_NDX_GLOBAL + i);
      row.name_count = 1;
      row.hash = sysv_hash(name);
      row.names = sizeof(row);
      row.next = i == versions_.size() ? 0 : sizeof(row) + sizeof(VersionDefinitionName);
      append(table, row);
      append(table, VersionDefinitionName{names_.add(name), 0});
    }
    return table;
  }

  std::string dynamic(uint32_t own_name) const {
    std::string table;
    const auto add = [&](int64_t tag, uint64_t value) {
      typename E::Dynamic row{};
      row.tag = static_cast<decltype(row.tag)>(tag);
      row.value = static_cast<decltype(row.value)>(value);
      append(table, row);
    };
    add(DT_SONAME, own_name);
    add(DT_HASH, headers_[kHash].addr);
    add(DT_STRTAB, headers_[kNames].addr);
    add(DT_SYMTAB, headers_[kSymbols].addr);
    add(DT_STRSZ, headers_[kNames].size);
    add(DT_SYMENT, sizeof(typename E::Symbol));
    add(DT_VERSYM, headers_[kVersions].addr);
    add(DT_VERDEF, headers_[kDefined].addr);
    add(DT_VERDEFNUM, versions_.size() + 1);
    add(DT_NULL, 0);
    return table;
  }

  void join_sections() {
    for (const Section index : {kSymbols, kDefined, kDynamic}) headers_[index].link = kNames;
    for (const Section index : {kHash, kVersions}) headers_[index].link = kSymbols;
    headers_[kSymbols].info = 1;
    headers_[kDefined].info = static_cast<uint32_t>(versions_.size() + 1);
  }

  // ---- headers

  void finish_headers() {
    out_.resize(align_up(out_.size(), E::kWordSize), '\0');
    typename E::Header header{};
    std::memcpy(header.ident, kMagic, sizeof(kMagic));
    header.ident[4] = E::kClass;
    header.ident[5] = kLittleEndian;
    header.ident[6] = 1;
    const TargetRow* row = find_target_row(ObjectFormat::Elf, target_.cpu, target_.os);
    if (row) header.ident[7] = row->os_abi;
    header.type = ET_DYN;
    header.machine = target_.cpu == Cpu::I386 ? EM_386 : EM_X86_64;
    header.version = 1;
    header.phoff = sizeof(header);
    header.shoff = static_cast<Word>(out_.size());
    header.ehsize = sizeof(header);
    header.phentsize = sizeof(typename E::ProgramHeader);
    header.phnum = kSegments;
    header.shentsize = sizeof(typename E::SectionHeader);
    header.shnum = kCount;
    header.shstrndx = kSectionNames;
    std::memcpy(out_.data(), &header, sizeof(header));
    constexpr uint64_t kPage = 0x1000;
    put_segment(0, PT_LOAD, PF_R | PF_X, 0, loaded_size_, kPage);
    put_segment(1, PT_DYNAMIC, PF_R, headers_[kDynamic].offset, headers_[kDynamic].size, E::kWordSize);
    for (const auto& section : headers_) append(out_, section);
  }

  void put_segment(size_t index, uint32_t type, uint32_t flags, uint64_t offset, uint64_t size, uint64_t alignment) {
    typename E::ProgramHeader row{};
    row.type = type;
    row.flags = flags;
    row.offset = row.vaddr = row.paddr = static_cast<Word>(offset);
    row.filesz = row.memsz = static_cast<Word>(size);
    row.align = static_cast<Word>(alignment);
    std::memcpy(out_.data() + sizeof(typename E::Header) + index * sizeof(row), &row, sizeof(row));
  }

  const Target& target_;
  const StubLibrary& library_;
  StringTable names_, section_names_;
  std::vector<std::string_view> versions_;
  std::map<std::string_view, uint16_t> index_of_version_;
  std::array<typename E::SectionHeader, kCount> headers_{};
  std::string out_;
  uint64_t loaded_size_ = 0;
};

}  // namespace

std::string make_stub_library(const Target& target, const StubLibrary& library) {
  if (target.cpu == Cpu::I386) return StubWriter<Elf32>(target, library).write();
  return StubWriter<Elf64>(target, library).write();
}

}  // namespace xld::elf
