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
class ObjectMaker {
 public:
  using Word = typename E::Word;

  std::string make_data(uint16_t machine, const EmbeddedData& data, Bytes contents) {
    add_symbol(data.name + "_start", 1, 0);
    add_symbol(data.name + "_end", 1, contents.size());
    add_symbol(data.name + "_size", SHN_ABS, contents.size());
    return make(machine, data, contents);
  }

  std::string make_embedded(uint16_t machine, const EmbeddedData& data, Bytes contents) {
    add_symbol(data.name, 1, 0);
    return make_data(machine, data, contents);
  }

  Result<std::string> make_symbols(uint16_t machine, Bytes linked) {
    const auto header = read<typename E::Header>(linked, 0);
    if (!header || header->ident[4] != E::kClass || header->machine != machine) return Error{"is for another machine"};
    for (uint32_t i = 0; i < header->shnum; i++) {
      const auto table =
          read<typename E::SectionHeader>(linked, header->shoff + uint64_t{i} * sizeof(typename E::SectionHeader));
      if (!table || table->type != SHT_SYMTAB) continue;
      const auto strings = read<typename E::SectionHeader>(
          linked, header->shoff + uint64_t{table->link} * sizeof(typename E::SectionHeader));
      const auto symbols = slice(linked, table->offset, table->size);
      const auto names = strings ? slice(linked, strings->offset, strings->size) : std::nullopt;
      if (!symbols || !names) return Error{"its symbol table extends past the end of the file"};
      take_symbols(*symbols, *names);
      return make(machine, {{}, ".data", 1}, {});
    }
    return Error{"has no symbol table"};
  }

 private:
  void take_symbols(Bytes table, Bytes names) {
    for (size_t offset = 0; offset + sizeof(typename E::Symbol) <= table.size(); offset += sizeof(typename E::Symbol)) {
      const auto symbol = load<typename E::Symbol>(table.data() + offset);
      if (binding_of(symbol.info) == STB_LOCAL || symbol.shndx == SHN_UNDEF) continue;
      add_symbol(std::string(c_string_at(names, symbol.name).value_or("")), SHN_ABS, symbol.value,
                 symbol_info(STB_GLOBAL, type_of(symbol.info)), symbol.size);
    }
  }

  std::string make(uint16_t machine, const EmbeddedData& data, Bytes contents) {
    std::string section_names(1, '\0');
    const auto name = [&](std::string_view text) {
      const auto offset = static_cast<uint32_t>(section_names.size());
      section_names.append(text).push_back('\0');
      return offset;
    };
    const bool is_writable = data.section == ".data" || data.section.starts_with(".data.");
    std::string out(sizeof(typename E::Header), '\0');
    const std::string_view bytes = as_text(contents);
    typename E::SectionHeader headers[5] = {};
    headers[1] = section(name(data.section), SHT_PROGBITS, SHF_ALLOC | (is_writable ? SHF_WRITE : 0),
                         add(out, bytes, 1), bytes.size());
    headers[1].addralign = static_cast<Word>(data.alignment);
    headers[2] = section(name(".symtab"), SHT_SYMTAB, 0, add(out, symbols_, 8), symbols_.size());
    headers[2].link = 3;
    headers[2].info = 1;
    headers[2].entsize = sizeof(typename E::Symbol);
    headers[3] = section(name(".strtab"), SHT_STRTAB, 0, add(out, names_, 1), names_.size());
    const uint32_t own_name = name(".shstrtab");
    headers[4] = section(own_name, SHT_STRTAB, 0, add(out, section_names, 1), section_names.size());
    const uint64_t table = add(out, {}, 8);
    for (const auto& header : headers) append(out, header);
    store_header(out, machine, table);
    return out;
  }

  void add_symbol(const std::string& name, uint32_t section, uint64_t value,
                  uint8_t info = symbol_info(STB_GLOBAL, STT_NOTYPE), uint64_t size = 0) {
    typename E::Symbol symbol{};
    symbol.name = static_cast<uint32_t>(names_.size());
    symbol.info = info;
    symbol.size = static_cast<Word>(size);
    symbol.shndx = static_cast<uint16_t>(section);
    symbol.value = static_cast<Word>(value);
    append(symbols_, symbol);
    names_.append(name).push_back('\0');
  }

  static uint64_t add(std::string& out, std::string_view bytes, size_t alignment) {
    out.resize(align_up(out.size(), alignment), '\0');
    const uint64_t offset = out.size();
    out.append(bytes);
    return offset;
  }

  static typename E::SectionHeader section(uint32_t name, uint32_t type, uint64_t flags, uint64_t offset,
                                           uint64_t size) {
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

  std::string names_ = std::string(1, '\0');
  std::string symbols_ = std::string(sizeof(typename E::Symbol), '\0');
};

}  // namespace

std::string make_binary_object(const Target& target, const std::string& path, Bytes contents) {
  const EmbeddedData data{symbol_stem(path), ".data", 1};
  if (target.cpu == Cpu::I386) return ObjectMaker<Elf32>().make_data(EM_386, data, contents);
  return ObjectMaker<Elf64>().make_data(EM_X86_64, data, contents);
}

std::string make_embedded_object(const Target& target, const EmbeddedData& data, Bytes contents) {
  if (target.cpu == Cpu::I386) return ObjectMaker<Elf32>().make_embedded(EM_386, data, contents);
  return ObjectMaker<Elf64>().make_embedded(EM_X86_64, data, contents);
}

Result<std::string> make_symbols_object(const Target& target, Bytes linked) {
  if (target.cpu == Cpu::I386) return ObjectMaker<Elf32>().make_symbols(EM_386, linked);
  return ObjectMaker<Elf64>().make_symbols(EM_X86_64, linked);
}

}  // namespace xld::elf
