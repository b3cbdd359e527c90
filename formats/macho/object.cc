// Reading a relocatable object: load commands, sections, global names. <mach-o/loader.h>, <mach-o/nlist.h>.
//
// Done for every file given, so it is all that is done: tables are found and checked, names are hashed. Sections are
// cut into atoms later (atoms.cc), when it is known which weak definitions of the file are taken.
#include "formats/macho/object.h"

#include <algorithm>
#include <bit>
#include <fmt/core.h>
#include <limits>

#include "core/atomics.h"
#include "core/hash.h"
#include "formats/macho/hints.h"
#include "formats/macho/probes.h"
#include "formats/macho/requests.h"
#include "formats/macho/section_names.h"
#include "formats/macho/versions.h"
#include "tlsrewrite/slot_note.h"

namespace xld::macho {

namespace {

constexpr uint32_t kMaxAlignment = 15;  // as Apple's linkers

template <class M>
class ObjectReader {
 public:
  ObjectReader(Link& link, InputFile& file, uint32_t worker)
      : link_(link), file_(file), arena_(link.session.arena(worker)), object_(*arena_.template make<MachoObject>()) {
    file_.format_data = &object_;
  }

  void read() {
    if (read_header() && read_commands() && sort_symbols() && check_symbols() && read_global_names())
      return take_requests();
    object_ = MachoObject();
    file_.occurrences = {};
    file_.globals = {};
    file_.commons = {};
    file_.slot_requests = {};
    file_.import_records = {};
    file_.atom_capacity = 0;
  }

 private:
  using Section = typename M::Section;
  using Symbol = typename M::Symbol;

  bool fail(std::string_view what, uint64_t offset = 0) {
    link_.diagnostics().error(fmt::format("{}: {}", file_.display_name(), what), file_.id, offset);
    return false;
  }

  bool read_header() {
    const auto header = xld::read<typename M::Header>(file_.bytes, 0);
    if (!header) return fail("file is too small for a Mach-O header");
    if (header->magic != M::kMagic) return fail("32 or 64 bit: the header's magic number does not fit its CPU");
    header_ = *header;
    if (!contains(file_.bytes, sizeof(header_), header_.sizeofcmds))
      return fail(fmt::format("load commands of size {:#x} extend past the end of the file", header_.sizeofcmds));
    object_.has_subsections = (header_.flags & MH_SUBSECTIONS_VIA_SYMBOLS) != 0;
    return true;
  }

  bool read_commands() {
    const Bytes commands = file_.bytes.subspan(sizeof(header_), header_.sizeofcmds);
    uint64_t offset = 0;
    for (uint32_t i = 0; i < header_.ncmds; i++) {
      const auto command = xld::read<LoadCommand>(commands, offset);
      if (!command || command->cmdsize < sizeof(LoadCommand) || !contains(commands, offset, command->cmdsize))
        return fail(
            fmt::format("load command {} at offset {:#x} extends past the load commands", i, sizeof(header_) + offset));
      if (!read_command(*command, commands.subspan(offset, command->cmdsize))) return false;
      offset += command->cmdsize;
    }
    return true;
  }

  bool read_command(const LoadCommand& command, Bytes bytes) {
    switch (command.cmd) {
      case M::kSegmentCommand:
        return read_segment(bytes);
      case LC_SYMTAB:
        return read_symbol_table(bytes);
      case LC_DYSYMTAB:
        return read_indirect_symbols(bytes);
      case LC_BUILD_VERSION:
        return read_build_version(bytes);
      case LC_VERSION_MIN_MACOSX:
      case LC_VERSION_MIN_IPHONEOS:
      case LC_VERSION_MIN_TVOS:
      case LC_VERSION_MIN_WATCHOS:
        return read_minimum_version(bytes);
      case LC_DATA_IN_CODE:
        return read_data_in_code(bytes);
      case LC_LINKER_OPTION:
        linker_options_.push_back(bytes);
        return true;
      case LC_LINKER_OPTIMIZATION_HINT:
        return read_optimization_hints(bytes);
      default:
        break;
    }
    // What an object asks of a loader is beyond this reader; hints for tools may be passed over.
    if (command.cmd & LC_REQ_DYLD) return fail(fmt::format("load command {:#x} is not known in objects", command.cmd));
    return true;
  }

  bool read_segment(Bytes bytes) {
    const auto segment = xld::read<typename M::Segment>(bytes, 0);
    if (!segment) return fail("segment command is too small");
    if (!object_.sections.empty()) return fail("more than one segment command in an object");
    const uint64_t size = uint64_t{segment->nsects} * sizeof(Section);
    if (!contains(bytes, sizeof(*segment), size))
      return fail(fmt::format("segment command has no room for {} sections", segment->nsects));
    if (segment->nsects > kMaxSections) return fail(fmt::format("has {} sections; 255 are possible", segment->nsects));
    object_.sections = arena_.template allocate_array<InputSection>(segment->nsects);
    for (uint32_t i = 0; i < segment->nsects; i++) {
      // The bytes of the command live as long as the file: names may point into them.
      const uint8_t* record = bytes.data() + sizeof(*segment) + size_t{i} * sizeof(Section);
      if (!read_section(i, record) || !reserve_records(i)) return false;
    }
    file_.raw_section_count = segment->nsects;
    file_.atom_capacity += segment->nsects;
    return true;
  }

  // Each record of a table becomes an atom. Tables that share their bytes would be more of them than a file has room
  // for.
  bool reserve_records(uint32_t index) {
    const InputSection& section = object_.sections[index];
    const uint32_t length = record_size(link_, section);
    if (length == 0) return true;
    record_bytes_ += section.size;
    if (record_bytes_ > file_.bytes.size()) {
      report_section(link_, file_, index, "its contents are those of other sections, too; the file is damaged");
      return false;
    }
    file_.atom_capacity += static_cast<uint32_t>(section.size / length);
    return true;
  }

  // Assemblers join what has one name: a second section is a curiosity, but means what it says.
  void note_import_records(Bytes records) {
    const std::span<Bytes> all = arena_.template allocate_array<Bytes>(file_.import_records.size() + 1);
    std::copy(file_.import_records.begin(), file_.import_records.end(), all.begin());
    all.back() = records;
    file_.import_records = all;
  }

  bool read_section(uint32_t index, const uint8_t* record) {
    const auto raw = load<Section>(record);
    InputSection& section = object_.sections[index] = InputSection();
    section.name = fixed_name(reinterpret_cast<const char*>(record));
    section.segment = fixed_name(reinterpret_cast<const char*>(record) + kNameSize);
    section.address = raw.addr;
    section.size = raw.size;
    section.flags = raw.flags;
    section.reserved1 = raw.reserved1;
    section.reserved2 = raw.reserved2;
    section.file_offset = raw.offset;
    section.alignment_log2 = static_cast<uint8_t>(raw.align);
    const auto report = [&](const std::string& what) {
      report_section(link_, file_, index, what);
      return false;
    };
    if (raw.align > kMaxAlignment && !reduce_alignment(section, raw.align, index)) return false;
    if (section.size > std::numeric_limits<typename M::Word>::max() - section.address)
      return report("its address range wraps around");
    if (!section.is_zero_fill() && !contains(file_.bytes, raw.offset, raw.size))
      return report(fmt::format("contents at offset {:#x}, size {:#x}, extend past the end of the file", raw.offset,
                                uint64_t{raw.size}));
    const auto relocs = slice(file_.bytes, raw.reloff, uint64_t{raw.nreloc} * 8);
    if (!relocs)
      return report(
          fmt::format("{} relocations at offset {:#x} extend past the end of the file", raw.nreloc, raw.reloff));
    if (raw.nreloc != 0 && section.is_zero_fill()) return report("has relocations but no contents");
    if (raw.nreloc != 0) section.relocs = *relocs;
    if (section.segment == kOwnSegment && section.name == kImportSection && !section.is_zero_fill())
      note_import_records(file_.bytes.subspan(raw.offset, raw.size));
    if (section.segment == kOwnSegment && section.name == kSlotSection && !section.is_zero_fill())
      if (const auto error = take_slot_notes(*slice(file_.bytes, raw.offset, raw.size), arena_, file_))
        return report(error->message);
    return true;
  }

  // Loaders place an image at a page, and tools refuse sections that want more: what can be expressed is reduced.
  bool reduce_alignment(InputSection& section, uint32_t alignment, uint32_t index) {
    constexpr uint32_t kAddressBits = 32;
    const std::string place = fmt::format("segment {} in {}", section.segment, file_.display_name());
    if (alignment >= kAddressBits) {
      link_.diagnostics().error(
          fmt::format("alignment {} of section {} is too large; 15 is the most (2^15 bytes)\n>>> {}", alignment,
                      section.name, place),
          file_.id, index);
      return false;
    }
    link_.diagnostics().warn(fmt::format("alignment {} of section {} is reduced to {} (2^{} bytes), more than which no "
                                         "loader grants\n>>> {}",
                                         alignment, section.name, kMaxAlignment, kMaxAlignment, place),
                             file_.id, index);
    section.alignment_log2 = kMaxAlignment;
    return true;
  }

  bool read_symbol_table(Bytes bytes) {
    const auto command = xld::read<SymtabCommand>(bytes, 0);
    if (!command) return fail("symbol table command is too small");
    const auto symbols = slice(file_.bytes, command->symoff, uint64_t{command->nsyms} * sizeof(Symbol));
    const auto names = slice(file_.bytes, command->stroff, command->strsize);
    if (!symbols)
      return fail(fmt::format("symbol table at offset {:#x} extends past the end of the file", command->symoff));
    if (!names)
      return fail(fmt::format("string table at offset {:#x} extends past the end of the file", command->stroff));
    object_.symbols = symbols->data();
    object_.symbol_count = command->nsyms;
    object_.symbol_names = *names;
    return true;
  }

  bool read_indirect_symbols(Bytes bytes) {
    const auto command = xld::read<DysymtabCommand>(bytes, 0);
    if (!command) return fail("dynamic symbol table command is too small");
    if (command->nindirectsyms == 0) return true;
    const auto table = slice(file_.bytes, command->indirectsymoff, uint64_t{command->nindirectsyms} * 4);
    if (!table) return fail("indirect symbol table extends past the end of the file");
    object_.indirect_symbols = *table;
    return true;
  }

  bool read_build_version(Bytes bytes) {
    const auto command = xld::read<BuildVersionCommand>(bytes, 0);
    if (!command) return fail("build version command is too small");
    note_version(command->platform, command->minos, command->sdk);
    return true;
  }

  bool read_minimum_version(Bytes bytes) {
    const auto command = xld::read<VersionMinCommand>(bytes, 0);
    if (!command) return fail("minimum version command is too small");
    note_version(platform_of_command(command->cmd), command->version, command->sdk);
    return true;
  }

  // Of all objects the newest version counts, and of platforms the first, whatever the order of reading.
  void note_version(uint32_t platform, uint32_t minimum_os, uint32_t sdk) {
    object_.platform = platform;
    object_.platforms |= platform_bit(platform);
    object_.minimum_os = minimum_os;
    object_.sdk = sdk;
    MachoState& state = state_of(link_);
    uint32_t first = state.first_platform.load(std::memory_order_relaxed);
    while (platform != 0 && (first == 0 || platform < first) &&
           !state.first_platform.compare_exchange_weak(first, platform, std::memory_order_relaxed)) {
    }
    raise_to(state.newest_version, uint64_t{minimum_os} << 32 | sdk);
  }

  bool read_data_in_code(Bytes bytes) {
    const auto command = xld::read<LinkEditDataCommand>(bytes, 0);
    const auto table = command ? slice(file_.bytes, command->dataoff, command->datasize) : std::nullopt;
    if (!table) return fail("table of data in code extends past the end of the file");
    object_.data_in_code = *table;
    return true;
  }

  void take_requests() {
    const std::span<Bytes> options = arena_.template allocate_array<Bytes>(linker_options_.size());
    std::copy(linker_options_.begin(), linker_options_.end(), options.begin());
    object_.linker_options = options;
    if (!link_.options().ignores_requests && link_.applies_relocs())
      file_.requests = parse_requests(link_, file_, arena_);
  }

  bool read_optimization_hints(Bytes bytes) {
    const auto command = xld::read<LinkEditDataCommand>(bytes, 0);
    const auto table = command ? slice(file_.bytes, command->dataoff, command->datasize) : std::nullopt;
    if (!table) return fail("table of optimisation hints extends past the end of the file");
    if (link_.target().cpu == Cpu::Arm64) object_.hints = read_hints(*table, arena_);
    return true;
  }

  RawSymbol symbol(uint32_t index) const { return raw_symbol(link_, object_, index); }

  // Another name of a symbol that may be defined elsewhere. One that is local means what the other name does.
  static bool is_alias(const RawSymbol& raw) { return !is_stab(raw) && (raw.type & N_TYPE) == N_INDR; }
  static bool is_local_alias(const RawSymbol& raw) { return is_alias(raw) && !(raw.type & N_EXT); }

  static bool is_global(const RawSymbol& raw) { return !is_stab(raw) && ((raw.type & N_EXT) || is_alias(raw)); }

  // Local names come first (LC_DYSYMTAB), so that global ones are numbered without a table. Objects of other tools
  // (Go's) that do not keep to that are read as if they did: with copies of the tables that name symbols by number.
  bool sort_symbols() {
    if (has_locals_first()) return true;
    const std::vector<uint32_t> order = symbol_order();
    const std::span<uint8_t> table = arena_.template allocate_array<uint8_t>(order.size() * sizeof(Symbol));
    std::vector<uint32_t> new_index(order.size());
    for (size_t i = 0; i < order.size(); i++) {
      new_index[order[i]] = static_cast<uint32_t>(i);
      std::copy_n(object_.symbols + order[i] * sizeof(Symbol), sizeof(Symbol), table.data() + i * sizeof(Symbol));
    }
    object_.symbols = table.data();
    for (InputSection& section : object_.sections) section.relocs = renumber_relocs(section.relocs, new_index);
    renumber_indirect_symbols(new_index);
    return true;
  }

  bool has_locals_first() const {
    uint32_t i = 0;
    while (i < object_.symbol_count && !is_global(symbol(i))) i++;
    while (i < object_.symbol_count && is_global(symbol(i))) i++;
    return i == object_.symbol_count;
  }

  std::vector<uint32_t> symbol_order() const {
    std::vector<uint32_t> order, globals;
    for (uint32_t i = 0; i < object_.symbol_count; i++) (is_global(symbol(i)) ? globals : order).push_back(i);
    order.insert(order.end(), globals.begin(), globals.end());
    return order;
  }

  template <class T>
  std::span<T> copy_of(std::span<const T> values) const {
    const std::span<T> copy = arena_.template allocate_array<T>(values.size());
    std::copy(values.begin(), values.end(), copy.begin());
    return copy;
  }

  Bytes renumber_relocs(Bytes relocs, const std::vector<uint32_t>& new_index) const {
    const std::span<uint8_t> copy = copy_of(relocs);
    for (size_t at = 0; at < copy.size(); at += 8) {
      const RawReloc raw = read_raw_reloc(link_.target().cpu, copy.data() + at);
      if (raw.is_scattered || !raw.is_extern || raw.number >= new_index.size()) continue;
      constexpr uint32_t kNumber = 0xffffff;
      const uint32_t word = load<uint32_t>(copy.data() + at + 4);
      store(copy.data() + at + 4, (word & ~kNumber) | (new_index[raw.number] & kNumber));
    }
    return copy;
  }

  void renumber_indirect_symbols(const std::vector<uint32_t>& new_index) {
    const std::span<uint8_t> copy = copy_of(object_.indirect_symbols);
    for (size_t at = 0; at + 4 <= copy.size(); at += 4) {
      const auto index = load<uint32_t>(copy.data() + at);
      if (index < new_index.size()) store(copy.data() + at, new_index[index]);
    }
    object_.indirect_symbols = copy;
  }

  bool check_symbols() {
    file_.first_global = object_.symbol_count;
    for (uint32_t i = 0; i < object_.symbol_count; i++) {
      const RawSymbol raw = symbol(i);
      if (is_global(raw)) file_.first_global = std::min(file_.first_global, i);
      if (!is_defined_in_section(raw)) continue;
      file_.atom_capacity++;
      if (raw.sect == 0 || raw.sect > object_.sections.size())
        return fail(fmt::format("symbol {} ({}) is in section {}, which does not exist", i, symbol_name(object_, raw),
                                raw.sect));
      const InputSection& section = object_.sections[raw.sect - 1];
      if (raw.value < section.address || raw.value - section.address > section.size)
        return fail(fmt::format("symbol {} ({}) at {:#x} is outside its section ({},{})", i, symbol_name(object_, raw),
                                raw.value, section.segment, section.name));
    }
    return true;
  }

  bool read_global_names() {
    const uint32_t count = object_.symbol_count - file_.first_global;
    file_.globals = arena_.template allocate_array<SymbolId>(count);
    file_.occurrences = arena_.template allocate_array<Occurrence>(count);
    size_t commons = 0;
    for (uint32_t i = 0; i < count; i++) {
      if (!read_global_name(file_.first_global + i, file_.occurrences[i])) return false;
      commons += file_.occurrences[i].claim_class == ClaimClass::Common;
    }
    return commons == 0 || read_commons(commons);
  }

  bool read_global_name(uint32_t index, Occurrence& occurrence) {
    const RawSymbol raw = symbol(index);
    const Bytes names = object_.symbol_names;
    const uint64_t place = is_local_alias(raw) ? raw.value : raw.strx;
    if (place >= names.size())
      return fail(fmt::format("symbol {}: name offset {:#x} is outside the string table", index, place));
    const HashedName hashed = hash_c_string(names.data() + place, names.data() + names.size());
    if (!hashed.is_terminated()) return fail(fmt::format("symbol {}: name has no end", index));
    occurrence = Occurrence();
    occurrence.name = hashed.name.data();
    occurrence.hash = hashed.hash;
    occurrence.length = static_cast<uint32_t>(hashed.name.size());
    object_.has_probes |= is_probe_name(hashed.name);
    return classify(index, raw, occurrence);
  }

  bool classify(uint32_t index, const RawSymbol& raw, Occurrence& occurrence) {
    switch (raw.type & N_TYPE) {
      case N_UNDF:
      case N_PBUD:
        occurrence.is_weak_reference = raw.value == 0 && (raw.desc & N_WEAK_REF);
        occurrence.claim_class = raw.value != 0 ? ClaimClass::Common : ClaimClass::None;
        return true;
      case N_ABS:  // never weak, whatever its flags say
        occurrence.claim_class = ClaimClass::Strong;
        return true;
      case N_SECT:
        occurrence.claim_class = claim_class_of(file_, raw);
        // What compilers keep there for themselves is not linked: two of a name are no contradiction.
        if (object_.sections[raw.sect - 1].segment == "__LLVM") occurrence.claim_class = ClaimClass::HiddenCoalesced;
        return true;
      case N_INDR:
        object_.has_aliases = true;
        occurrence.claim_class = is_local_alias(raw) ? ClaimClass::None : ClaimClass::Strong;
        return true;
      default:
        break;
    }
    return fail(
        fmt::format("symbol {} ({}) has type {:#x}, which has no meaning", index, symbol_name(object_, raw), raw.type));
  }

  // A tentative definition: n_value is its size, n_desc holds its alignment (GET_COMM_ALIGN).
  bool read_commons(size_t count) {
    file_.commons = arena_.template allocate_array<CommonOffer>(count);
    size_t next = 0;
    for (uint32_t i = 0; i < file_.occurrences.size(); i++) {
      if (file_.occurrences[i].claim_class != ClaimClass::Common) continue;
      const RawSymbol raw = symbol(file_.first_global + i);
      CommonOffer offer;
      offer.global = i;
      offer.size = raw.value;
      const uint32_t given = raw.desc >> 8 & 0xf;
      // Without one: the size, rounded up to a power of two, as far as it is useful.
      offer.alignment_log2 =
          static_cast<uint8_t>(given != 0 ? given : std::min<uint64_t>(kMaxAlignment, std::bit_width(raw.value - 1)));
      file_.commons[next++] = offer;
    }
    return true;
  }

  Link& link_;
  InputFile& file_;
  Arena& arena_;
  MachoObject& object_;
  typename M::Header header_{};
  std::vector<Bytes> linker_options_;
  uint64_t record_bytes_ = 0;  // of tables of records
};

}  // namespace

void read_object(Link& link, InputFile& file, uint32_t worker) {
  if (link.target().word_size == 8) {
    ObjectReader<Macho64>(link, file, worker).read();
  } else {
    ObjectReader<Macho32>(link, file, worker).read();
  }
}

RawSymbol raw_symbol(const Link& link, const MachoObject& object, uint32_t index) {
  if (link.target().word_size == 8) return load<RawSymbol>(object.symbols + size_t{index} * sizeof(RawSymbol));
  const auto raw = load<Macho32::Symbol>(object.symbols + size_t{index} * sizeof(Macho32::Symbol));
  return {raw.strx, raw.type, raw.sect, raw.desc, raw.value};
}

bool is_private_definition(const InputFile& file, const RawSymbol& raw) {
  return (raw.type & N_PEXT) || file.hides_definitions;
}

bool can_be_hidden(const RawSymbol& raw) {
  return (raw.type & N_TYPE) == N_SECT && (raw.desc & N_WEAK_DEF) && (raw.desc & N_WEAK_REF);
}

ClaimClass claim_class_of(const InputFile& file, const RawSymbol& raw) {
  if (!(raw.desc & N_WEAK_DEF)) return ClaimClass::Strong;
  return is_private_definition(file, raw) || can_be_hidden(raw) ? ClaimClass::HiddenCoalesced : ClaimClass::Coalesced;
}

uint32_t record_size(const Link& link, const InputSection& section) {
  struct Row {
    std::string_view name;
    uint32_t words;
  };
  static constexpr Row kTables[] = {
      {"__cfstring", 4}, {"__objc_selrefs", 1}, {"__objc_classrefs", 1}, {"__objc_catlist", 1}};
  if (section.segment != "__DATA" && section.segment != "__DATA_CONST") return 0;
  for (const Row& row : kTables) {
    const uint32_t size = row.words * link.target().word_size;
    if (section.name == row.name && section.size % size == 0 && !section.is_zero_fill()) return size;
  }
  return 0;
}

const Subsection* subsection_at(const MachoObject& object, uint32_t section, uint64_t address) {
  const InputSection& s = object.sections[section];
  if (s.subsection_count == 0) return nullptr;
  const auto pieces = object.subsections.subspan(s.first_subsection, s.subsection_count);
  const auto after = std::upper_bound(pieces.begin(), pieces.end(), address,
                                      [](uint64_t a, const Subsection& piece) { return a < piece.address; });
  return after == pieces.begin() ? &pieces.front() : &*(after - 1);
}

uint32_t section_at(const MachoObject& object, uint64_t address) {
  const auto count = static_cast<uint32_t>(object.sections.size());
  uint32_t ends_there = count;
  for (uint32_t i = 0; i < count; i++) {
    const InputSection& s = object.sections[i];
    if (address < s.address) continue;
    if (address - s.address < s.size) return i;
    if (address - s.address == s.size && ends_there == count) ends_there = i;
  }
  return ends_there;
}

bool is_thread_variable(const Link& link, AtomId atom) {
  if (!atom.is_valid() || link.atom(atom).file.value == 0) return false;
  const MachoObject& object = object_of(link.inputs.file(link.atom(atom).file));
  return object.sections[object.subsections[link.atom(atom).raw].section].type() == S_THREAD_LOCAL_VARIABLES;
}

void report_section(const Link& link, const InputFile& file, uint32_t section, std::string_view what) {
  const InputSection& s = object_of(file).sections[section];
  link.diagnostics().error(fmt::format("{}: section ({},{}): {}", file.display_name(), s.segment, s.name, what),
                           file.id, section);
}

}  // namespace xld::macho
