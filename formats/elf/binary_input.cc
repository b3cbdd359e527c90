// See binary_input.h.
#include "formats/elf/binary_input.h"

#include <cctype>

#include "formats/elf/elf.h"

namespace xld::elf {

namespace {

std::string symbol_stem(const std::string& path) {
  std::string stem = "_binary_";
  for (const char c : path) stem += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return stem;
}

template <class T>
void append(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <class E>
class BinaryObject {
 public:
  using Word = typename E::Word;

  std::string make(uint16_t machine, const std::string& path, Bytes contents) {
    std::string names(1, '\0');
    std::string symbols(sizeof(typename E::Symbol), '\0');
    const std::string stem = symbol_stem(path);
    add_symbol(symbols, names, stem + "_start", 1, 0);
    add_symbol(symbols, names, stem + "_end", 1, contents.size());
    add_symbol(symbols, names, stem + "_size", SHN_ABS, contents.size());
    const std::string section_names("\0.data\0.symtab\0.strtab\0.shstrtab\0", 33);

    std::string out(sizeof(typename E::Header), '\0');
    const std::string_view data = as_text(contents);
    typename E::SectionHeader headers[5] = {};
    headers[1] = section(1, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, add(out, data, 1), data.size());
    headers[2] = section(7, SHT_SYMTAB, 0, add(out, symbols, 8), symbols.size());
    headers[2].link = 3;
    headers[2].info = 1;
    headers[2].entsize = sizeof(typename E::Symbol);
    headers[3] = section(15, SHT_STRTAB, 0, add(out, names, 1), names.size());
    headers[4] = section(23, SHT_STRTAB, 0, add(out, section_names, 1), section_names.size());
    const uint64_t table = add(out, {}, 8);
    for (const auto& header : headers) append(out, header);
    store_header(out, machine, table);
    return out;
  }

 private:
  static void add_symbol(std::string& symbols, std::string& names, const std::string& name, uint32_t section, uint64_t value) {
    typename E::Symbol symbol{};
    symbol.name = static_cast<uint32_t>(names.size());
    symbol.info = symbol_info(STB_GLOBAL, STT_NOTYPE);
    symbol.shndx = static_cast<uint16_t>(section);
    symbol.value = static_cast<Word>(value);
    append(symbols, symbol);
    names.append(name).push_back('\0');
  }

  static uint64_t add(std::string& out, std::string_view bytes, size_t alignment) {
    out.resize(align_up(out.size(), alignment), '\0');
    const uint64_t offset = out.size();
    out.append(bytes);
    return offset;
  }

  static typename E::SectionHeader section(uint32_t name, uint32_t type, uint64_t flags, uint64_t offset, uint64_t size) {
    typename E::SectionHeader header{};
    header.name = name;
    header.type = type;
    header.flags = static_cast<Word>(flags);
    header.offset = static_cast<Word>(offset);
    header.size = static_cast<Word>(size);
    header.addralign = 1;
    return header;
  }

  static void store_header(std::string& out, uint16_t machine, uint64_t table) {
    typename E::Header header{};
    std::memcpy(header.ident, kMagic, sizeof(kMagic));
    header.ident[4] = E::kClass;
    header.ident[5] = kLittleEndian;
    header.ident[6] = 1;
    header.type = ET_REL;
    header.machine = machine;
    header.version = 1;
    header.shoff = static_cast<Word>(table);
    header.ehsize = sizeof(header);
    header.shentsize = sizeof(typename E::SectionHeader);
    header.shnum = 5;
    header.shstrndx = 4;
    std::memcpy(out.data(), &header, sizeof(header));
  }
};

}  // namespace

std::string make_binary_object(const Target& target, const std::string& path, Bytes contents) {
  if (target.cpu == Cpu::I386) return BinaryObject<Elf32>().make(EM_386, path, contents);
  return BinaryObject<Elf64>().make(EM_X86_64, path, contents);
}

}  // namespace xld::elf
