// Reading shared libraries. See shared_object.h.
//
// First the tables are located (TableFinder, from section headers or from PT_DYNAMIC), then what they say is read.
#include "formats/elf/shared_object.h"

#include <algorithm>
#include <fmt/core.h>

#include "formats/elf/elf.h"

namespace xld::elf {

namespace {

constexpr uint16_t kManySegments = 0xffff;  // PN_XNUM: the number stands in the first section header

// A part of the file, and where it begins, for messages.
struct Table {
  Bytes bytes;
  uint64_t offset = 0;
};

// What a library's contents are read from.
struct Tables {
  Table dynamic, dynamic_names;
  Table symbols, symbol_names;
  Table versions;              // .gnu.version
  Table defined, needed;       // .gnu.version_d, .gnu.version_r
  uint64_t defined_count = 0;  // their entries
  uint64_t needed_count = 0;
  uint32_t first_global = 1;
};

// Common to the readers below: the file, and the first thing that was wrong with it.
class Failure {
 public:
  bool failed() const { return error_.has_value(); }
  Error take() { return std::move(*error_); }

 protected:
  bool fail(std::string message) {
    if (!error_) error_ = Error{std::move(message)};
    return false;
  }

 private:
  std::optional<Error> error_;
};

template <class E>
class TableFinder : public Failure {
 public:
  TableFinder(Bytes file, SharedObject& object) : file_(file), object_(object) {}

  bool find(Tables& tables) {
    if (!read_header()) return false;
    return names_dynamic_sections() ? find_by_sections(tables) : find_by_segments(tables);
  }

 private:
  using Section = typename E::SectionHeader;
  using Segment = typename E::ProgramHeader;
  using Symbol = typename E::Symbol;
  using Dynamic = typename E::Dynamic;

  // --- Headers

  bool read_header() {
    const auto header = xld::read<typename E::Header>(file_, 0);
    if (!header) return fail("file is too small for an ELF header");
    if (header->ident[5] != kLittleEndian) return fail("big-endian ELF files are not supported");
    if (header->type != ET_DYN) return fail(fmt::format("is no shared library: its ELF type is {}", header->type));
    return read_sections(*header) && read_segments(*header);
  }

  template <class Header>
  bool read_sections(const Header& header) {
    if (header.shoff == 0) return true;
    if (header.shentsize != sizeof(Section))
      return fail(fmt::format("section header size is {}, must be {}", header.shentsize, sizeof(Section)));
    const auto first = xld::read<Section>(file_, header.shoff);
    if (!first) return fail(fmt::format("section header table at offset {:#x} is outside the file", header.shoff));
    const uint64_t count = header.shnum != 0 ? header.shnum : first->size;
    if (count > UINT32_MAX || !contains(file_, header.shoff, count * sizeof(Section)))
      return fail(fmt::format("section header table of {} entries at offset {:#x} extends past the end of the file",
                              count, header.shoff));
    object_.section_headers = file_.data() + header.shoff;
    object_.section_count = static_cast<uint32_t>(count);
    return true;
  }

  template <class Header>
  bool read_segments(const Header& header) {
    const bool has_many = header.phnum == kManySegments && object_.section_count != 0;
    const uint32_t count = has_many ? section(0).info : header.phnum;
    if (count == 0) return true;
    if (header.phentsize != sizeof(Segment))
      return fail(fmt::format("program header size is {}, must be {}", header.phentsize, sizeof(Segment)));
    if (!contains(file_, header.phoff, uint64_t{count} * sizeof(Segment)))
      return fail(fmt::format("program header table of {} entries at offset {:#x} extends past the end of the file",
                              count, header.phoff));
    object_.program_headers = file_.data() + header.phoff;
    object_.segment_count = count;
    return true;
  }

  Section section(uint32_t index) const {
    return load<Section>(object_.section_headers + size_t{index} * sizeof(Section));
  }
  Segment segment(uint32_t index) const {
    return load<Segment>(object_.program_headers + size_t{index} * sizeof(Segment));
  }

  // --- Through section headers

  // A file of debug information has these headers, too, but the contents are elsewhere.
  bool names_dynamic_sections() const {
    for (uint32_t i = 1; i < object_.section_count; i++)
      if (section(i).type == SHT_DYNSYM || section(i).type == SHT_DYNAMIC) return true;
    return false;
  }

  bool find_by_sections(Tables& tables) {
    for (uint32_t i = 1; i < object_.section_count; i++) {
      const Section header = section(i);
      if (!note_section(i, header, tables)) return false;
    }
    return true;
  }

  bool note_section(uint32_t index, const Section& header, Tables& tables) {
    switch (header.type) {
      case SHT_DYNAMIC:
        return take_section(index, header, tables.dynamic) && take_linked(index, header, tables.dynamic_names);
      case SHT_DYNSYM:
        tables.first_global = std::max(header.info, 1u);
        return take_section(index, header, tables.symbols) && take_linked(index, header, tables.symbol_names);
      case SHT_GNU_VERSYM:
        return take_section(index, header, tables.versions);
      case SHT_GNU_VERDEF:
        tables.defined_count = header.info;
        return take_section(index, header, tables.defined);
      case SHT_GNU_VERNEED:
        tables.needed_count = header.info;
        return take_section(index, header, tables.needed);
      default:
        return true;
    }
  }

  bool take_section(uint32_t index, const Section& header, Table& table) {
    const auto bytes = slice(file_, header.offset, header.size);
    if (!bytes)
      return fail(
          fmt::format("section {} (type {:#x}): contents at offset {:#x}, size {:#x}, extend past the end of "
                      "the file ({:#x})",
                      index, header.type, uint64_t{header.offset}, uint64_t{header.size}, file_.size()));
    table = {*bytes, header.offset};
    return true;
  }

  bool take_linked(uint32_t index, const Section& header, Table& names) {
    if (header.link == 0 || header.link >= object_.section_count)
      return fail(fmt::format("section {} (type {:#x}): string table index {} is out of range", index, header.type,
                              header.link));
    return take_section(header.link, section(header.link), names);
  }

  // --- As the loader does

  bool find_by_segments(Tables& tables) {
    for (uint32_t i = 0; i < object_.segment_count; i++) {
      const Segment header = segment(i);
      if (header.type != PT_DYNAMIC) continue;
      const auto bytes = slice(file_, header.offset, header.filesz);
      if (!bytes)
        return fail(fmt::format("PT_DYNAMIC at offset {:#x}, size {:#x}, extends past the end of the file ({:#x})",
                                uint64_t{header.offset}, uint64_t{header.filesz}, file_.size()));
      tables.dynamic = {*bytes, header.offset};
      return read_addresses(tables);
    }
    return fail("has no dynamic section; is it a file of debug information?");
  }

  struct Addresses {
    std::optional<uint64_t> names, symbols, versions, defined, needed, hash, gnu_hash;
    uint64_t names_size = UINT64_MAX;
  };

  bool read_addresses(Tables& tables) {
    Addresses found;
    for (uint64_t at = 0; const auto entry = xld::read<Dynamic>(tables.dynamic.bytes, at); at += sizeof(Dynamic)) {
      if (entry->tag == DT_NULL) break;
      note_entry(entry->tag, entry->value, found, tables);
    }
    if (!found.names || !found.symbols) return fail("the dynamic section names no symbol table or no string table");
    if (!take_address("DT_STRTAB", *found.names, tables.symbol_names)) return false;
    if (found.names_size < tables.symbol_names.bytes.size())
      tables.symbol_names.bytes = tables.symbol_names.bytes.first(found.names_size);
    tables.dynamic_names = tables.symbol_names;
    const auto count = count_symbols(found);
    if (!count || !take_address("DT_SYMTAB", *found.symbols, tables.symbols)) return false;
    if (!cut("DT_SYMTAB", *count * sizeof(Symbol), tables.symbols)) return false;
    if (found.versions) {
      if (!take_address("DT_VERSYM", *found.versions, tables.versions)) return false;
      if (!cut("DT_VERSYM", *count * 2, tables.versions)) return false;
    }
    if (found.defined && !take_address("DT_VERDEF", *found.defined, tables.defined)) return false;
    if (found.needed && !take_address("DT_VERNEED", *found.needed, tables.needed)) return false;
    skip_locals(tables);
    return true;
  }

  static void note_entry(int64_t tag, uint64_t value, Addresses& found, Tables& tables) {
    switch (tag) {
      case DT_STRTAB:
        found.names = value;
        break;
      case DT_STRSZ:
        found.names_size = value;
        break;
      case DT_SYMTAB:
        found.symbols = value;
        break;
      case DT_HASH:
        found.hash = value;
        break;
      case DT_GNU_HASH:
        found.gnu_hash = value;
        break;
      case DT_VERSYM:
        found.versions = value;
        break;
      case DT_VERDEF:
        found.defined = value;
        break;
      case DT_VERDEFNUM:
        tables.defined_count = value;
        break;
      case DT_VERNEED:
        found.needed = value;
        break;
      case DT_VERNEEDNUM:
        tables.needed_count = value;
        break;
      default:
        break;
    }
  }

  // From an address to the end of what its segment has in the file.
  bool take_address(std::string_view tag, uint64_t address, Table& table) {
    for (uint32_t i = 0; i < object_.segment_count; i++) {
      const Segment header = segment(i);
      if (header.type != PT_LOAD || address < header.vaddr || address - header.vaddr >= header.filesz) continue;
      const auto bytes = slice(file_, header.offset, header.filesz);
      if (!bytes)
        return fail(fmt::format("segment {} at offset {:#x}, size {:#x}, extends past the end of the file ({:#x})", i,
                                uint64_t{header.offset}, uint64_t{header.filesz}, file_.size()));
      const uint64_t inside = address - header.vaddr;
      table = {bytes->subspan(inside), header.offset + inside};
      return true;
    }
    return fail(fmt::format("{}: address {:#x} is not in any loaded segment's part of the file", tag, address));
  }

  bool cut(std::string_view tag, uint64_t size, Table& table) {
    if (size > table.bytes.size())
      return fail(fmt::format("{}: table at offset {:#x} needs {:#x} bytes, its segment has {:#x}", tag, table.offset,
                              size, table.bytes.size()));
    table.bytes = table.bytes.first(size);
    return true;
  }

  // The size of the symbol table is written nowhere but in the hash tables.
  std::optional<uint64_t> count_symbols(const Addresses& found) {
    if (found.hash) return count_by_hash(*found.hash);
    if (found.gnu_hash) return count_by_gnu_hash(*found.gnu_hash);
    fail("neither section headers nor DT_HASH nor DT_GNU_HASH say how many symbols there are");
    return std::nullopt;
  }

  std::optional<uint64_t> count_by_hash(uint64_t address) {
    Table table;
    if (!take_address("DT_HASH", address, table)) return std::nullopt;
    const auto count = xld::read<uint32_t>(table.bytes, 4);
    if (!count) fail(fmt::format("DT_HASH: table at offset {:#x} is cut off", table.offset));
    return count;
  }

  // Buckets hold the first symbol of their chains; the chain of the last one ends the table.
  std::optional<uint64_t> count_by_gnu_hash(uint64_t address) {
    Table table;
    if (!take_address("DT_GNU_HASH", address, table)) return std::nullopt;
    const auto cut_off = [&] {
      fail(fmt::format("DT_GNU_HASH: table at offset {:#x} is cut off", table.offset));
      return std::nullopt;
    };
    const auto header = xld::read<GnuHashHeader>(table.bytes, 0);
    if (!header) return cut_off();
    const uint64_t buckets = sizeof(GnuHashHeader) + uint64_t{header->bloom_words} * E::kWordSize;
    const uint64_t chains = buckets + uint64_t{header->bucket_count} * 4;
    if (chains > table.bytes.size()) return cut_off();
    uint64_t last = 0;
    for (uint64_t at = buckets; at < chains; at += 4) last = std::max<uint64_t>(last, load_at(table, at));
    if (last < header->first_symbol) return header->first_symbol;
    for (;; last++) {
      const uint64_t at = chains + (last - header->first_symbol) * 4;
      if (!contains(table.bytes, at, 4)) return cut_off();
      if (load_at(table, at) & 1) return last + 1;
    }
  }

  static uint32_t load_at(const Table& table, uint64_t at) { return load<uint32_t>(table.bytes.data() + at); }

  // Local symbols stand first; only a section header would say how many.
  static void skip_locals(Tables& tables) {
    const uint64_t count = tables.symbols.bytes.size() / sizeof(Symbol);
    const auto is_local = [&](uint64_t i) {
      return binding_of(load<Symbol>(tables.symbols.bytes.data() + i * sizeof(Symbol)).info) == STB_LOCAL;
    };
    while (tables.first_global < count && is_local(tables.first_global)) tables.first_global++;
  }

  Bytes file_;
  SharedObject& object_;
};

template <class E>
class SharedReader : public Failure {
 public:
  SharedReader(const Tables& tables, Arena& arena, SharedObject& object)
      : tables_(tables), arena_(arena), object_(object) {}

  bool read() { return read_dynamic() && read_symbols() && read_versions(); }

 private:
  using Symbol = typename E::Symbol;
  using Dynamic = typename E::Dynamic;

  // --- The dynamic section

  bool read_dynamic() {
    const auto needed = arena_.allocate_array<std::string_view>(count_needed());
    size_t needed_count = 0;
    const bool is_good = for_each_entry([&](const Dynamic& entry, uint64_t at) {
      switch (entry.tag) {
        case DT_NEEDED:
          return take_name("DT_NEEDED", entry.value, at, needed[needed_count++]);
        case DT_SONAME:
          return take_name("DT_SONAME", entry.value, at, object_.soname);
        case DT_RUNPATH:
          return take_name("DT_RUNPATH", entry.value, at, object_.runtime_path);
        case DT_RPATH:
          return take_name("DT_RPATH", entry.value, at, object_.old_runtime_path);
        case DT_AUDIT:
          return take_name("DT_AUDIT", entry.value, at, object_.audit);
        case DT_FLAGS:
          object_.flags = entry.value;
          return true;
        case DT_FLAGS_1:
          object_.flags_1 = entry.value;
          return true;
        default:
          return true;
      }
    });
    object_.needed = needed;
    return is_good;
  }

  template <class Visitor>
  bool for_each_entry(Visitor visit) const {
    for (uint64_t at = 0; const auto entry = xld::read<Dynamic>(tables_.dynamic.bytes, at); at += sizeof(Dynamic)) {
      if (entry->tag == DT_NULL) break;
      if (!visit(*entry, at)) return false;
    }
    return true;
  }

  size_t count_needed() const {
    size_t count = 0;
    for_each_entry([&](const Dynamic& entry, uint64_t) {
      if (entry.tag == DT_NEEDED) count++;
      return true;
    });
    return count;
  }

  bool take_name(std::string_view tag, uint64_t offset, uint64_t at, std::string_view& place) {
    const auto name = c_string_at(tables_.dynamic_names.bytes, offset);
    if (!name)
      return fail(
          fmt::format("dynamic section, {} at offset {:#x}: string offset {:#x} is outside the string table of "
                      "{:#x} bytes, or the string has no end",
                      tag, tables_.dynamic.offset + at, offset, tables_.dynamic_names.bytes.size()));
    place = *name;
    return true;
  }

  // --- Symbols

  bool read_symbols() {
    const Bytes table = tables_.symbols.bytes;
    if (table.size() % sizeof(Symbol) != 0 || table.size() / sizeof(Symbol) > UINT32_MAX)
      return fail(fmt::format("dynamic symbol table at offset {:#x}: size {:#x} is no multiple of {}",
                              tables_.symbols.offset, table.size(), sizeof(Symbol)));
    object_.symbols = table.data();
    object_.symbol_count = static_cast<uint32_t>(table.size() / sizeof(Symbol));
    object_.first_global = object_.symbol_count == 0 ? 0 : tables_.first_global;
    object_.symbol_names = tables_.symbol_names.bytes;
    if (object_.first_global > object_.symbol_count)
      return fail(fmt::format("dynamic symbol table at offset {:#x}: first global symbol is {} of {}",
                              tables_.symbols.offset, object_.first_global, object_.symbol_count));
    return true;
  }

  // --- Versions

  bool read_versions() {
    if (tables_.versions.bytes.empty()) return true;
    if (tables_.versions.bytes.size() / 2 < object_.symbol_count)
      return fail(fmt::format("symbol versions at offset {:#x}: {} for {} symbols", tables_.versions.offset,
                              tables_.versions.bytes.size() / 2, object_.symbol_count));
    object_.symbol_versions = tables_.versions.bytes.data();
    // Twice: how many there are, then what they are.
    uint32_t highest = VER_NDX_GLOBAL;
    const auto note_index = [&](uint16_t index, const LibraryVersion&) {
      highest = std::max<uint32_t>(highest, index);
    };
    if (!for_each_version(note_index)) return false;
    const auto versions = arena_.allocate_array<LibraryVersion>(highest + 1);
    std::fill(versions.begin(), versions.end(), LibraryVersion());
    for_each_version([&](uint16_t index, const LibraryVersion& version) { versions[index] = version; });
    object_.versions = versions;
    return true;
  }

  template <class Visitor>
  bool for_each_version(Visitor visit) {
    return for_each_definition(visit) && for_each_need(visit);
  }

  // Chains go forwards only, so they end.
  template <class Visitor>
  bool for_each_definition(Visitor visit) {
    uint64_t at = 0;
    for (uint64_t i = 0; i < tables_.defined_count; i++) {
      const auto entry = xld::read<VersionDefinition>(tables_.defined.bytes, at);
      if (!entry) return fail_version("definition", i, tables_.defined, at, "is outside the table");
      if (entry->version != VER_DEF_CURRENT)
        return fail_version("definition", i, tables_.defined, at, "is no version 1");
      const auto name = xld::read<VersionDefinitionName>(tables_.defined.bytes, at + entry->names);
      if (entry->name_count == 0 || !name)
        return fail_version("definition", i, tables_.defined, at, "has no name in the table");
      LibraryVersion version;
      if (!take_version_name("definition", i, tables_.defined, at, name->name, version.name)) return false;
      version.is_base = (entry->flags & VER_FLG_BASE) != 0;
      visit(static_cast<uint16_t>(entry->index & VERSYM_VERSION), version);
      if (entry->next == 0) break;
      at += entry->next;
    }
    return true;
  }

  template <class Visitor>
  bool for_each_need(Visitor visit) {
    uint64_t at = 0;
    // Chains of several libraries may overlap in a broken file: together they have no more links than the table places.
    uint64_t budget = tables_.needed.bytes.size() / sizeof(NeededVersion);
    for (uint64_t i = 0; i < tables_.needed_count; i++) {
      const auto entry = xld::read<VersionNeed>(tables_.needed.bytes, at);
      if (!entry) return fail_version("need", i, tables_.needed, at, "is outside the table");
      if (entry->version != VER_NEED_CURRENT) return fail_version("need", i, tables_.needed, at, "is no version 1");
      LibraryVersion version;
      if (!take_version_name("need", i, tables_.needed, at, entry->file, version.library)) return false;
      if (!for_each_needed_version(i, at, *entry, version, budget, visit)) return false;
      if (entry->next == 0) break;
      at += entry->next;
    }
    return true;
  }

  template <class Visitor>
  bool for_each_needed_version(uint64_t need, uint64_t need_at, const VersionNeed& entry, LibraryVersion version,
                               uint64_t& budget, Visitor visit) {
    uint64_t at = need_at + entry.versions;
    for (uint32_t i = 0; i < entry.count; i++) {
      const auto needed = xld::read<NeededVersion>(tables_.needed.bytes, at);
      if (!needed) return fail_version("need", need, tables_.needed, at, "has a version outside the table");
      if (budget-- == 0) return fail_version("need", need, tables_.needed, at, "has too many versions");
      if (!take_version_name("need", need, tables_.needed, at, needed->name, version.name)) return false;
      visit(static_cast<uint16_t>(needed->index & VERSYM_VERSION), version);
      if (needed->next == 0) break;
      at += needed->next;
    }
    return true;
  }

  bool take_version_name(std::string_view what, uint64_t index, const Table& table, uint64_t at, uint32_t offset,
                         std::string_view& name) {
    const auto found = c_string_at(tables_.symbol_names.bytes, offset);
    if (!found)
      return fail_version(what, index, table, at, fmt::format("has a name outside the string table ({:#x})", offset));
    name = *found;
    return true;
  }

  bool fail_version(std::string_view what, uint64_t index, const Table& table, uint64_t at, std::string_view problem) {
    return fail(fmt::format("version {} {} at offset {:#x} {}", what, index, table.offset + at, problem));
  }

  const Tables& tables_;
  Arena& arena_;
  SharedObject& object_;
};

template <class E>
Result<SharedObject> read_class(Bytes bytes, Arena& arena) {
  SharedObject object;
  object.bytes = bytes;
  object.is_64_bit = E::kWordSize == 8;
  Tables tables;
  TableFinder<E> finder(bytes, object);
  if (!finder.find(tables)) return finder.take();
  SharedReader<E> reader(tables, arena, object);
  if (!reader.read()) return reader.take();
  return object;
}

}  // namespace

Result<SharedObject> read_shared_object(Bytes bytes, Arena& arena) {
  if (bytes.size() < sizeof(Elf32::Header)) return Error{"file is too small for an ELF header"};
  if (std::memcmp(bytes.data(), kMagic, sizeof(kMagic)) != 0) return Error{"is no ELF file"};
  switch (bytes[4]) {
    case Elf64::kClass:
      return read_class<Elf64>(bytes, arena);
    case Elf32::kClass:
      return read_class<Elf32>(bytes, arena);
    default:
      return Error{fmt::format("ELF class {} is unknown", bytes[4])};
  }
}

}  // namespace xld::elf
