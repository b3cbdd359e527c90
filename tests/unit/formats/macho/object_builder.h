// Makes Mach-O objects in memory, byte by byte, and reads them as a link does up to the point where relocations decode.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "core/session.h"
#include "formats/macho/decode.h"
#include "formats/macho/format.h"
#include "formats/macho/macho.h"
#include "formats/macho/object.h"

namespace xld::macho {

inline std::vector<uint8_t> words(std::initializer_list<uint32_t> values) {
  std::vector<uint8_t> bytes;
  for (const uint32_t value : values)
    for (int i = 0; i < 4; i++) bytes.push_back(static_cast<uint8_t>(value >> (8 * i)));
  return bytes;
}

struct TestReloc {
  uint32_t first, second;
};

// <mach-o/reloc.h>, relocation_info and scattered_relocation_info.
inline TestReloc plain_reloc(uint32_t address, uint32_t number, bool is_relative, uint32_t length, bool is_extern,
                             uint32_t type) {
  return {address, number | uint32_t{is_relative} << 24 | length << 25 | uint32_t{is_extern} << 27 | type << 28};
}
inline TestReloc scattered_reloc(uint32_t address, uint32_t value, bool is_relative, uint32_t length, uint32_t type) {
  return {0x80000000 | uint32_t{is_relative} << 30 | length << 28 | type << 24 | address, value};
}

struct TestSection {
  std::string segment, name;
  uint64_t address;
  std::vector<uint8_t> bytes;
  uint32_t flags = 0;
  std::vector<TestReloc> relocs = {};
  uint32_t reserved1 = 0;
};

struct TestSymbol {
  std::string name;
  uint8_t type, section;
  uint64_t value;
  uint16_t desc = 0;
};

struct TestObject {
  std::vector<TestSection> sections;
  std::vector<TestSymbol> symbols;  // local ones first
  std::vector<uint32_t> indirect = {};
  uint32_t flags = MH_SUBSECTIONS_VIA_SYMBOLS;
};

template <class M>
class ObjectBuilder {
 public:
  std::vector<uint8_t> build(const TestObject& object) {
    const size_t commands = sizeof(typename M::Segment) + object.sections.size() * sizeof(typename M::Section) +
                            sizeof(SymtabCommand) + sizeof(DysymtabCommand);
    typename M::Header header{};
    header.magic = M::kMagic;
    header.cputype = M::kWordSize == 8 ? CPU_TYPE_X86_64 : CPU_TYPE_I386;
    header.filetype = MH_OBJECT;
    header.ncmds = 3;
    header.sizeofcmds = static_cast<uint32_t>(commands);
    header.flags = object.flags;
    data_start_ = static_cast<uint32_t>(sizeof(header) + commands);
    add(header);
    add_sections(object);
    add_tables(object);
    bytes_.insert(bytes_.end(), data_.begin(), data_.end());
    return bytes_;
  }

 private:
  template <class T>
  void add(const T& value) {
    const auto* begin = reinterpret_cast<const uint8_t*>(&value);
    bytes_.insert(bytes_.end(), begin, begin + sizeof(T));
  }
  template <class T>
  void add_data(const T& value) {
    const auto* begin = reinterpret_cast<const uint8_t*>(&value);
    data_.insert(data_.end(), begin, begin + sizeof(T));
  }
  uint32_t data_offset() const { return data_start_ + static_cast<uint32_t>(data_.size()); }

  void add_sections(const TestObject& object) {
    typename M::Segment segment{};
    segment.cmd = M::kSegmentCommand;
    segment.cmdsize = static_cast<uint32_t>(sizeof(segment) + object.sections.size() * sizeof(typename M::Section));
    segment.nsects = static_cast<uint32_t>(object.sections.size());
    add(segment);
    for (const TestSection& from : object.sections) {
      typename M::Section section{};
      std::memcpy(section.sectname, from.name.data(), from.name.size());
      std::memcpy(section.segname, from.segment.data(), from.segment.size());
      section.addr = static_cast<typename M::Word>(from.address);
      section.size = static_cast<typename M::Word>(from.bytes.size());
      section.offset = data_offset();
      section.flags = from.flags;
      section.align = 2;
      section.reserved1 = from.reserved1;
      data_.insert(data_.end(), from.bytes.begin(), from.bytes.end());
      section.reloff = data_offset();
      section.nreloc = static_cast<uint32_t>(from.relocs.size());
      for (const TestReloc& reloc : from.relocs) add_data(reloc);
      add(section);
    }
  }

  void add_tables(const TestObject& object) {
    SymtabCommand table{
        LC_SYMTAB, sizeof(SymtabCommand), data_offset(), static_cast<uint32_t>(object.symbols.size()), 0, 0};
    std::string names(1, '\0');
    for (const TestSymbol& symbol : object.symbols) {
      add_data(typename M::Symbol{static_cast<uint32_t>(names.size()), symbol.type, symbol.section, symbol.desc,
                                  static_cast<typename M::Word>(symbol.value)});
      names += symbol.name + '\0';
    }
    table.stroff = data_offset();
    table.strsize = static_cast<uint32_t>(names.size());
    data_.insert(data_.end(), names.begin(), names.end());
    add(table);
    DysymtabCommand dynamic{};
    dynamic.cmd = LC_DYSYMTAB;
    dynamic.cmdsize = sizeof(dynamic);
    dynamic.indirectsymoff = data_offset();
    dynamic.nindirectsyms = static_cast<uint32_t>(object.indirect.size());
    for (const uint32_t index : object.indirect) add_data(index);
    add(dynamic);
  }

  std::vector<uint8_t> bytes_, data_;
  uint32_t data_start_ = 0;
};

// A link of one object, read and cut into atoms.
class OneObject {
 public:
  OneObject(Cpu cpu, std::vector<uint8_t> bytes)
      : bytes_(std::move(bytes)), session_(options_, diagnostics_), link_(session_) {
    session_.target.cpu = cpu;
    session_.target.word_size = cpu == Cpu::I386 ? 4 : 8;
    link_.format = &kFormat;
    link_.arch = &arch_for(cpu);
    kFormat.begin(link_);
    file_.id = FileId{1u};
    file_.path = "test.o";
    // A copy without slack, so that a sanitizer sees reads behind its end.
    copy_ = std::make_unique<uint8_t[]>(bytes_.size());
    std::copy(bytes_.begin(), bytes_.end(), copy_.get());
    file_.bytes = {copy_.get(), bytes_.size()};
    link_.inputs.by_id = {nullptr, &file_};
    link_.inputs.files = {&file_};
    read();
  }

  std::vector<Reloc> decode(const Atom& atom) {
    std::vector<Reloc> all;
    RelocCursor cursor;
    std::array<Reloc, 3> batch;  // small, so that pairs meet its end
    while (const size_t count = kFormat.decode(link_, file_, atom, cursor, batch, true))
      all.insert(all.end(), batch.begin(), batch.begin() + static_cast<ptrdiff_t>(count));
    return all;
  }

  void decode_all() {
    for (uint32_t i = 0; i < file_.atom_count; i++) decode(link_.atoms[i]);
  }

  const Atom& atom(uint32_t index) const { return link_.atoms[index]; }
  std::string name_of(const Reloc& reloc) const { return std::string(link_.symbols.name(reloc.symbol())); }
  std::string messages() const {
    std::string text;
    for (const Message& message : diagnostics_.sorted()) text += message.text + "\n";
    return text;
  }
  Link& link() { return link_; }
  InputFile& file() { return file_; }

 private:
  void read() {
    kFormat.read_object(link_, file_, 0);
    for (uint32_t i = 0; i < file_.occurrences.size(); i++) {
      const Occurrence& o = file_.occurrences[i];
      file_.globals[i] = link_.symbols.intern({o.name, o.length}, o.hash);
      if (o.claim_class != ClaimClass::None)
        link_.symbols.offer(file_.globals[i], Claim::make(o.claim_class, file_.id, file_.first_global + i));
    }
    file_.first_atom = AtomId{0u};
    link_.atoms = Array<Atom>::zeroed(file_.atom_capacity);
    if (!diagnostics_.failed()) kFormat.make_atoms(link_, file_, 0);
  }

  std::vector<uint8_t> bytes_;
  std::unique_ptr<uint8_t[]> copy_;
  Options options_;
  Diagnostics diagnostics_;
  Session session_;
  Link link_;
  InputFile file_;
};

}  // namespace xld::macho
