// See object_assembler.h.
#include "formats/macho/object_assembler.h"

#include <algorithm>
#include <bit>
#include <fmt/core.h>

#include "formats/macho/macho.h"
#include "formats/macho/relocs.h"

namespace xld::macho {

uint32_t ObjectAssembler::section(std::string_view segment, std::string_view name, uint32_t flags) {
  segment = segment.substr(0, kNameSize);
  name = name.substr(0, kNameSize);
  const uint32_t type = flags & SECTION_TYPE;
  const bool is_zero_fill = type == S_ZEROFILL || type == S_THREAD_LOCAL_ZEROFILL;
  for (uint32_t i = 0; i < sections_.size(); i++)
    if (sections_[i].name == name && sections_[i].segment == segment && sections_[i].is_zero_fill == is_zero_fill)
      return i;
  Section& section = sections_.emplace_back();
  section.segment = segment;
  section.name = name;
  section.flags = flags;
  section.is_zero_fill = is_zero_fill;
  return static_cast<uint32_t>(sections_.size() - 1);
}

ObjectPlace ObjectAssembler::append(uint32_t index, Bytes bytes, uint64_t size, uint64_t alignment) {
  Section& section = sections_[index];
  const uint64_t offset = align_up(section.size, alignment);
  section.alignment_log2 = std::max(section.alignment_log2, static_cast<uint8_t>(std::countr_zero(alignment)));
  section.size = offset + size;
  if (!section.is_zero_fill) {
    section.bytes.resize(section.size);
    std::copy(bytes.begin(), bytes.end(), section.bytes.begin() + static_cast<ptrdiff_t>(offset));
  }
  return {index, offset};
}

void ObjectAssembler::add_difference(ObjectPlace field, ObjectPlace target, ObjectPlace from, int64_t addend) {
  distances_.push_back({field, 4, target, from, addend});
  BuiltReloc record = record_at(field.offset, {}, kSectionDifferenceRecord, false);
  record.scattered = target;
  add_reloc(field.section, record);
  record.offset = 0;
  record.type = kPairRecord;
  record.scattered = from;
  add_reloc(field.section, record);
}

ObjectPlace ObjectAssembler::add_slot(SymbolRef symbol, uint64_t word_size) {
  slots_.push_back(symbol);
  return append(section("__DATA", "__nl_symbol_ptr", S_NON_LAZY_SYMBOL_POINTERS), {}, word_size, word_size);
}

SymbolRef ObjectAssembler::add_symbol(BuiltSymbol symbol) {
  symbols_.push_back(std::move(symbol));
  return {static_cast<uint32_t>(symbols_.size() - 1)};
}

void ObjectAssembler::number_symbols() {
  const auto rank = [&](uint32_t i) {
    const BuiltSymbol& symbol = symbols_[i];
    if (!(symbol.type & N_EXT)) return 0;
    return symbol.place.is_valid() || (symbol.type & N_TYPE) == N_ABS ? 1 : 2;
  };
  order_.resize(symbols_.size());
  for (uint32_t i = 0; i < order_.size(); i++) order_[i] = i;
  std::stable_sort(order_.begin(), order_.end(), [&](uint32_t a, uint32_t b) { return rank(a) < rank(b); });
  numbers_.resize(symbols_.size());
  names_.assign(1, '\0');
  for (uint32_t i = 0; i < order_.size(); i++) {
    numbers_[order_[i]] = i;
    local_count_ += rank(order_[i]) == 0;
    defined_count_ += rank(order_[i]) == 1;
    name_offsets_.push_back(static_cast<uint32_t>(names_.size()));
    names_ += symbols_[order_[i]].name;
    names_ += '\0';
  }
}

// Sections stand in the file as they do in memory; those without contents come last.
template <class M>
void ObjectAssembler::place_sections(uint64_t header_size) {
  uint64_t address = 0;
  for (const bool is_zero_fill : {false, true}) {
    for (Section& section : sections_) {
      if (section.is_zero_fill != is_zero_fill) continue;
      address = align_up(address, uint64_t{1} << section.alignment_log2);
      section.address = address;
      section.file_offset = is_zero_fill ? 0 : header_size + address;
      address += section.size;
      if (!is_zero_fill) contents_size_ = address;
    }
  }
  contents_offset_ = header_size;
  memory_size_ = address;
  end_ = header_size + contents_size_;
  end_ = align_up(end_, 8);
  for (Section& section : sections_) {
    section.reloc_offset = section.relocs.empty() ? 0 : end_;
    end_ += section.relocs.size() * 8;
  }
  slots_offset_ = end_;
  end_ = align_up(end_ + slots_.size() * 4, 8);
  symbols_offset_ = end_;
  end_ += symbols_.size() * sizeof(typename M::Symbol) + names_.size();
}

void ObjectAssembler::resolve_distances() {
  for (const Distance& distance : distances_) {
    const uint64_t target = distance.target.is_valid() ? address_of(distance.target) : 0;
    const uint64_t from = distance.from.is_valid() ? address_of(distance.from) : 0;
    const uint64_t value = target + static_cast<uint64_t>(distance.addend) - from;
    uint8_t* field = bytes_at(distance.field);
    if (distance.size == 8) {
      store<uint64_t>(field, value);
    } else {
      store<uint32_t>(field, static_cast<uint32_t>(value));
    }
  }
}

bool ObjectAssembler::has_far_scattered_record(const Section& section) {
  constexpr uint64_t kReach = 1 << 24;
  return std::ranges::any_of(
      section.relocs, [](const BuiltReloc& reloc) { return reloc.scattered.is_valid() && reloc.offset >= kReach; });
}

void ObjectAssembler::write_relocs(const Section& section, uint8_t* out) const {
  for (const BuiltReloc& reloc : section.relocs) {
    if (reloc.scattered.is_valid()) {
      store<uint32_t>(out, static_cast<uint32_t>(reloc.offset) | uint32_t{reloc.type} << 24 |
                               uint32_t{reloc.length} << 28 | kScattered);
      store<uint32_t>(out + 4, static_cast<uint32_t>(address_of(reloc.scattered)));
    } else {
      const bool is_extern = reloc.symbol.is_valid();
      const uint32_t number = is_extern ? numbers_[reloc.symbol.index] : reloc.number;
      store<uint32_t>(out, static_cast<uint32_t>(reloc.offset));
      store<uint32_t>(out + 4, (number & 0xffffff) | uint32_t{reloc.is_relative} << 24 | uint32_t{reloc.length} << 25 |
                                   uint32_t{is_extern} << 27 | uint32_t{reloc.type} << 28);
    }
    out += 8;
  }
}

namespace {

template <size_t N>
void put_name(char (&field)[N], std::string_view name) {
  std::copy_n(name.begin(), std::min(name.size(), N), field);
}

template <class T>
void put(std::string& out, uint64_t offset, const T& value) {
  std::memcpy(out.data() + offset, &value, sizeof(T));
}

}  // namespace

template <class M>
void ObjectAssembler::write_sections(std::string& out) const {
  uint64_t at = sizeof(typename M::Header) + sizeof(typename M::Segment);
  for (const Section& section : sections_) {
    typename M::Section raw{};
    put_name(raw.sectname, section.name);
    put_name(raw.segname, section.segment);
    raw.addr = static_cast<typename M::Word>(section.address);
    raw.size = static_cast<typename M::Word>(section.size);
    raw.offset = static_cast<uint32_t>(section.file_offset);
    raw.align = section.alignment_log2;
    raw.reloff = static_cast<uint32_t>(section.reloc_offset);
    raw.nreloc = static_cast<uint32_t>(section.relocs.size());
    raw.flags = section.flags;
    put(out, at, raw);
    at += sizeof(raw);
    auto* bytes = reinterpret_cast<uint8_t*>(out.data());
    std::copy(section.bytes.begin(), section.bytes.end(), bytes + section.file_offset);
    write_relocs(section, bytes + section.reloc_offset);
  }
}

template <class M>
void ObjectAssembler::write_symbols(std::string& out, uint64_t offset) const {
  for (size_t i = 0; i < order_.size(); i++) {
    const BuiltSymbol& symbol = symbols_[order_[i]];
    const bool is_placed = symbol.place.is_valid();
    typename M::Symbol raw{};
    raw.strx = name_offsets_[i];
    raw.type = symbol.type | (is_placed ? N_SECT : 0);
    raw.sect = static_cast<uint8_t>(is_placed ? symbol.place.section + 1 : 0);
    raw.desc = symbol.desc;
    raw.value = static_cast<typename M::Word>(is_placed ? address_of(symbol.place) : symbol.value);
    put(out, offset + i * sizeof(raw), raw);
  }
}

template <class M>
Result<std::string> ObjectAssembler::write() {
  const uint64_t segment_size = sizeof(typename M::Segment) + sections_.size() * sizeof(typename M::Section);
  const uint64_t commands_size = segment_size + sizeof(SymtabCommand) + sizeof(DysymtabCommand);
  if (sections_.size() > kMaxSections)
    return Error{"its sections would be more than 255, which Mach-O cannot express; give them equal names"};
  number_symbols();
  place_sections<M>(align_up(sizeof(typename M::Header) + commands_size, 16));
  if (end_ > UINT32_MAX || names_.size() > UINT32_MAX || symbols_.size() >= 1u << 24)
    return Error{"is too large for a Mach-O object: 4 GiB, or 16 million symbols"};
  const auto far = std::ranges::find_if(sections_, has_far_scattered_record);
  if (far != sections_.end())
    return Error{
        fmt::format("section {},{}: it has more than 16 MiB, beyond which i386 has no records for distances; "
                    "split its source",
                    far->segment, far->name)};
  resolve_distances();

  std::string out(end_, '\0');
  typename M::Header header{};
  header.magic = M::kMagic;
  header.cputype = cpu_ == Cpu::I386 ? CPU_TYPE_I386 : cpu_ == Cpu::Arm64 ? CPU_TYPE_ARM64 : CPU_TYPE_X86_64;
  header.cpusubtype = cpu_ == Cpu::Arm64 ? CPU_SUBTYPE_ARM64_ALL : CPU_SUBTYPE_X86_ALL;
  header.filetype = MH_OBJECT;
  header.ncmds = 3;
  header.sizeofcmds = static_cast<uint32_t>(commands_size);
  header.flags = MH_SUBSECTIONS_VIA_SYMBOLS;
  put(out, 0, header);

  typename M::Segment segment{};
  segment.cmd = M::kSegmentCommand;
  segment.cmdsize = static_cast<uint32_t>(segment_size);
  segment.vmsize = static_cast<typename M::Word>(memory_size_);
  segment.fileoff = static_cast<typename M::Word>(contents_offset_);
  segment.filesize = static_cast<typename M::Word>(contents_size_);
  segment.nsects = static_cast<uint32_t>(sections_.size());
  segment.maxprot = segment.initprot = VM_PROT_READ | VM_PROT_WRITE | VM_PROT_EXECUTE;
  put(out, sizeof(header), segment);
  write_sections<M>(out);

  const uint64_t names_offset = symbols_offset_ + symbols_.size() * sizeof(typename M::Symbol);
  SymtabCommand symtab{};
  symtab.cmd = LC_SYMTAB;
  symtab.cmdsize = sizeof(symtab);
  symtab.symoff = static_cast<uint32_t>(symbols_offset_);
  symtab.nsyms = static_cast<uint32_t>(symbols_.size());
  symtab.stroff = static_cast<uint32_t>(names_offset);
  symtab.strsize = static_cast<uint32_t>(names_.size());
  put(out, sizeof(header) + segment_size, symtab);
  DysymtabCommand dysymtab{};
  dysymtab.cmd = LC_DYSYMTAB;
  dysymtab.cmdsize = sizeof(dysymtab);
  dysymtab.nlocalsym = dysymtab.iextdefsym = local_count_;
  dysymtab.nextdefsym = defined_count_;
  dysymtab.iundefsym = local_count_ + defined_count_;
  dysymtab.nundefsym = static_cast<uint32_t>(symbols_.size()) - dysymtab.iundefsym;
  dysymtab.indirectsymoff = static_cast<uint32_t>(slots_.empty() ? 0 : slots_offset_);
  dysymtab.nindirectsyms = static_cast<uint32_t>(slots_.size());
  for (size_t i = 0; i < slots_.size(); i++) put(out, slots_offset_ + i * 4, numbers_[slots_[i].index]);
  put(out, sizeof(header) + segment_size + sizeof(symtab), dysymtab);
  write_symbols<M>(out, symbols_offset_);
  std::copy(names_.begin(), names_.end(), out.begin() + static_cast<ptrdiff_t>(names_offset));
  return out;
}

Result<std::string> ObjectAssembler::finish() {
  return cpu_ == Cpu::I386 ? write<Macho32>() : write<Macho64>();
}

}  // namespace xld::macho
