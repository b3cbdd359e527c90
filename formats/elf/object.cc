// Reading a relocatable object: headers, groups, global names. gABI chapter 4; groups: "Section Groups".
//
// Two things are done here for every file given, so they are all that is done: the section headers are looked at once
// to find the tables and to count what may become an atom, and the global names are hashed. Atoms are made later
// (atoms.cc), when it is known which groups this file provides.
#include "formats/elf/object.h"

#include <algorithm>
#include <bit>
#include <fmt/core.h>
#include <set>

#include "core/hash.h"
#include "formats/elf/section_names.h"
#include "formats/elf/state.h"
#include "tlsrewrite/slot_note.h"

namespace xld::elf {

namespace {

// GNU as and old compilers made groups by name only: .gnu.linkonce.t.NAME.
constexpr std::string_view kLinkOnce = ".gnu.linkonce.";

// GCC's intermediate code is in sections of these names; LLVM's, if there is code as well, in one of a type of its own.
constexpr std::string_view kGccIr = ".gnu.lto_";
constexpr std::string_view kGccSlimMark = "__gnu_lto_slim";

template <class E>
class ObjectReader {
 public:
  ObjectReader(Link& link, InputFile& file, uint32_t worker)
      : link_(link), file_(file), arena_(link.session.arena(worker)), object_(*arena_.template make<ElfObject>()) {
    file_.format_data = &object_;
  }

  void read() {
    file_.atom_capacity = 0;
    if (!read_header() || !read_sections() || !read_symbol_table()) return;
    note_intermediate_code();
    note_import_records();
    note_requests();
    file_.first_global = object_.first_global;
    if (!read_groups()) return;
    read_global_names();
    read_commons();
  }

 private:
  using SectionHeader = typename E::SectionHeader;
  using Symbol = typename E::Symbol;

  bool fail(std::string_view what, uint64_t offset = 0) {
    link_.diagnostics().error(fmt::format("{}: {}", file_.display_name(), what), file_.id, offset);
    return false;
  }

  bool read_header() {
    const auto header = xld::read<typename E::Header>(file_.bytes, 0);
    if (!header) return fail("file is too small for an ELF header");
    if (header->ident[4] != E::kClass)
      return fail(fmt::format("ELF class {} does not fit the machine", header->ident[4]));
    if (header->ident[5] != kLittleEndian) return fail("big-endian ELF files are not supported");
    if (header->shoff == 0) return true;  // no sections at all: an empty object
    if (header->shentsize != sizeof(SectionHeader))
      return fail(fmt::format("section header size is {}, must be {}", header->shentsize, sizeof(SectionHeader)));
    const auto first = xld::read<SectionHeader>(file_.bytes, header->shoff);
    if (!first) return fail(fmt::format("section header table at offset {:#x} is outside the file", header->shoff));
    const uint64_t count = header->shnum != 0 ? header->shnum : first->size;
    object_.section_name_section = header->shstrndx != SHN_XINDEX ? header->shstrndx : first->link;
    if (count > UINT32_MAX || !contains(file_.bytes, header->shoff, count * sizeof(SectionHeader)))
      return fail(fmt::format("section header table of {} entries at offset {:#x} extends past the end of the file",
                              count, header->shoff));
    object_.section_headers = file_.bytes.data() + header->shoff;
    object_.section_count = static_cast<uint32_t>(count);
    file_.raw_section_count = object_.section_count;
    return true;
  }

  bool read_sections() {
    if (object_.section_count == 0) return true;
    if (object_.section_name_section >= object_.section_count) return fail("section name table index is out of range");
    object_.section_names = section_bytes(file_, section_header<E>(object_, object_.section_name_section));
    object_.relocs_of = arena_.allocate_array<uint32_t>(object_.section_count);
    std::fill(object_.relocs_of.begin(), object_.relocs_of.end(), 0);
    for (uint32_t i = 1; i < object_.section_count; i++) {
      const auto header = section_header<E>(object_, i);
      if (header.type != SHT_NOBITS && !contains(file_.bytes, header.offset, header.size)) {
        report_section(link_, file_, i,
                       fmt::format("contents at offset {:#x}, size {:#x}, extend past the end of the file ({:#x})",
                                   uint64_t{header.offset}, uint64_t{header.size}, file_.bytes.size()));
        return false;
      }
      if (!note_section(i, header)) return false;
    }
    const auto expanded = arena_.template allocate_array<ExpandedRelocs>(expanded_relocs_.size());
    std::copy(expanded_relocs_.begin(), expanded_relocs_.end(), expanded.begin());
    object_.expanded_relocs = expanded;
    return true;
  }

  bool note_section(uint32_t index, const SectionHeader& header) {
    switch (header.type) {
      case SHT_SYMTAB:
        if (object_.symbol_section != 0) return fail("more than one symbol table");
        object_.symbol_section = index;
        break;
      case SHT_SYMTAB_SHNDX:
        extended_section_ = index;
        break;
      case SHT_LLVM_ADDRSIG:
        object_.significance_section = index;
        break;
      case SHT_LLVM_CALL_GRAPH_PROFILE:
        object_.call_graph_section = index;
        file_.atom_capacity++;
        break;
      case SHT_LLVM_DEPENDENT_LIBRARIES:
        if (link_.applies_relocs() && !read_library_names(index, header)) return false;
        file_.atom_capacity++;
        break;
      case SHT_LLVM_LTO:
        has_llvm_ir_ = true;
        file_.atom_capacity++;
        break;
      case SHT_GROUP:
        group_count_++;
        break;
      case SHT_NOTE:
        if (is_named(header, kSlotSection) && !read_slot_section(index, header)) return false;
        file_.atom_capacity++;
        break;
      case SHT_REL:
      case SHT_RELA:
      case SHT_CREL:
        return note_relocs(index, header);
      default:
        file_.atom_capacity++;
    }
    if (is_import_section(header)) import_sections_.push_back(index);
    if (header.type == SHT_PROGBITS && !(header.flags & SHF_GROUP) && name_starts_with(header, ".gnu.l")) {
      group_count_ += name_starts_with(header, kLinkOnce);
      has_gcc_ir_ |= name_starts_with(header, kGccIr);
    }
    return true;
  }

  bool note_relocs(uint32_t index, const SectionHeader& header) {
    if (header.info == 0 || header.info >= object_.section_count) {
      report_section(link_, file_, index,
                     fmt::format("relocates section {}, which does not exist (invalid sh_info)", header.info));
      return false;
    }
    if (object_.relocs_of[header.info] != 0) {
      report_section(link_, file_, header.info,
                     fmt::format("multiple relocation sections to one section are not supported: sections {} and {}",
                                 object_.relocs_of[header.info], index));
      return false;
    }
    object_.relocs_of[header.info] = index;
    return header.type != SHT_CREL || expand_relocs(index, header);
  }

  bool expand_relocs(uint32_t index, const SectionHeader& header) {
    const auto records = expand_compact_relocs<E>(section_bytes(file_, header), arena_);
    if (records) {
      expanded_relocs_.push_back({index, *records});
    } else {
      report_section(link_, file_, index, records.error().message);
    }
    return records.ok();
  }

  bool read_slot_section(uint32_t index, const SectionHeader& header) {
    const auto error = take_slot_notes(section_bytes(file_, header), arena_, file_);
    if (error) report_section(link_, file_, index, error->message);
    return !error;
  }

  bool name_starts_with(const SectionHeader& header, std::string_view prefix) const {
    const auto name = slice(object_.section_names, header.name, prefix.size());
    return name && as_text(*name) == prefix;
  }

  bool is_named(const SectionHeader& header, std::string_view name) const {
    return c_string_at(object_.section_names, header.name) == name;
  }

  bool is_import_section(const SectionHeader& header) const {
    return header.type == SHT_PROGBITS && !(header.flags & SHF_ALLOC) && is_named(header, kImportSection);
  }

  void note_import_records() {
    if (import_sections_.empty()) return;
    const auto records = arena_.template allocate_array<Bytes>(import_sections_.size());
    for (size_t i = 0; i < records.size(); i++)
      records[i] = section_bytes(file_, section_header<E>(object_, import_sections_[i]));
    file_.import_records = records;
  }

  // LLVM's "Extensions" page: texts with a zero behind each.
  bool read_library_names(uint32_t index, const SectionHeader& header) {
    const Bytes texts = section_bytes(file_, header);
    for (size_t offset = 0; offset < texts.size();) {
      const auto name = c_string_at(texts, offset);
      if (!name) {
        link_.diagnostics().error(
            fmt::format("{}: corrupted dependent libraries section (unterminated string): {} (index {}, offset {:#x})",
                        file_.display_name(), string_at(object_.section_names, header.name), index, offset),
            file_.id, index);
        return false;
      }
      if (!name->empty()) library_names_.push_back(*name);
      offset += name->size() + 1;
    }
    return true;
  }

  void note_requests() {
    if (library_names_.empty() || link_.options().ignores_requests) return;
    const auto requests = arena_.template allocate_array<InputRequest>(library_names_.size());
    for (size_t i = 0; i < requests.size(); i++) requests[i] = {.name = library_names_[i], .is_specifier = true};
    file_.requests = requests;
  }

  // GCC marks an object without code by a common symbol. Without a plugin, -r joins it as it is, for a later link.
  void note_intermediate_code() {
    if (!has_gcc_ir_ && !has_llvm_ir_) return;
    if (!link_.applies_relocs() && link_.plugins.empty()) return;
    file_.ir = IrContent::Beside;
    for (uint32_t i = object_.first_global; has_gcc_ir_ && i < object_.symbol_count; i++)
      if (string_at(object_.symbol_names, raw_symbol<E>(object_, i).name) == kGccSlimMark) file_.ir = IrContent::Only;
  }

  bool read_symbol_table() {
    drop_stale_significance();
    if (object_.symbol_section == 0) return true;
    const auto header = section_header<E>(object_, object_.symbol_section);
    if (header.entsize != sizeof(Symbol) || header.size % sizeof(Symbol) != 0)
      return fail(fmt::format("symbol table has size {:#x} and entry size {}, which do not fit", uint64_t{header.size},
                              uint64_t{header.entsize}));
    const Bytes table = section_bytes(file_, header);
    object_.symbols = table.data();
    object_.symbol_count = static_cast<uint32_t>(table.size() / sizeof(Symbol));
    object_.first_global = header.info;
    if (header.info > object_.symbol_count) return fail("symbol table's first global symbol is out of range");
    if (header.link == 0 || header.link >= object_.section_count)
      return fail("symbol name table index is out of range");
    object_.symbol_name_section = header.link;
    object_.symbol_names = section_bytes(file_, section_header<E>(object_, header.link));
    if (extended_section_ == 0) return true;
    const Bytes extended = section_bytes(file_, section_header<E>(object_, extended_section_));
    if (extended.size() / 4 < object_.symbol_count) return fail("extended section index table is too small");
    object_.extended_indices = extended.data();
    return true;
  }

  // objcopy and ld -r that do not know the section renumber symbols and clear its link.
  void drop_stale_significance() {
    if (object_.significance_section == 0) return;
    if (section_header<E>(object_, object_.significance_section).link != object_.symbol_section)
      object_.significance_section = 0;
  }

  bool read_groups() {
    if (group_count_ == 0) return true;
    file_.groups = arena_.allocate_array<InputGroup>(group_count_);
    size_t count = 0;
    for (uint32_t i = 1; i < object_.section_count; i++) {
      const auto header = section_header<E>(object_, i);
      if (header.type == SHT_GROUP) {
        if (!read_group(i, header, count)) return false;
      } else if (header.type == SHT_PROGBITS && !(header.flags & SHF_GROUP) && name_starts_with(header, kLinkOnce)) {
        InputGroup group;
        group.name = link_once_key(string_at(object_.section_names, header.name));
        const auto member = arena_.allocate_array<uint32_t>(1);
        member[0] = i;
        group.members = {reinterpret_cast<const uint8_t*>(member.data()), 4};
        file_.groups[count++] = group;
      }
    }
    file_.groups = file_.groups.first(count);
    return true;
  }

  // .gnu.linkonce.t.NAME and a group NAME are the same thing made by different compilers; other kinds stand alone.
  static std::string_view link_once_key(std::string_view section) {
    constexpr std::string_view kText = ".gnu.linkonce.t.";
    return section.starts_with(kText) ? section.substr(kText.size()) : section;
  }

  bool read_group(uint32_t index, const SectionHeader& header, size_t& count) {
    const Bytes words = section_bytes(file_, header);
    if (words.size() < 4 || words.size() % 4 != 0) {
      report_section(link_, file_, index, fmt::format("group has size {:#x}", words.size()));
      return false;
    }
    if (!(load<uint32_t>(words.data()) & GRP_COMDAT)) return true;  // always linked
    if (header.info >= object_.symbol_count) {
      report_section(link_, file_, index, fmt::format("group signature: symbol {} does not exist", header.info));
      return false;
    }
    InputGroup group;
    group.members = words.subspan(4);
    if (header.info >= object_.first_global) {
      group.global = header.info - object_.first_global;
    } else {
      group.name = local_signature(header.info);
    }
    file_.groups[count++] = group;
    return true;
  }

  std::string_view local_signature(uint32_t symbol_index) const {
    const auto symbol = raw_symbol<E>(object_, symbol_index);
    const uint32_t section = section_index(object_, symbol_index, symbol);
    // Some assemblers sign a group with a section symbol, which has no name of its own.
    if (type_of(symbol.info) == STT_SECTION && section < object_.section_count)
      return string_at(object_.section_names, section_header<E>(object_, section).name);
    return string_at(object_.symbol_names, symbol.name);
  }

  void read_global_names() {
    const uint32_t count = object_.symbol_count - object_.first_global;
    file_.globals = arena_.allocate_array<SymbolId>(count);
    file_.occurrences = arena_.allocate_array<Occurrence>(count);
    for (uint32_t i = 0; i < count; i++) {
      if (!read_global_name(object_.first_global + i, file_.occurrences[i])) {
        file_.occurrences = {};
        file_.globals = {};
        return;
      }
    }
    if (has_default_versions_) drop_plain_twins();
  }

  bool read_global_name(uint32_t index, Occurrence& occurrence) {
    const auto symbol = raw_symbol<E>(object_, index);
    const uint8_t* names = object_.symbol_names.data();
    if (symbol.name >= object_.symbol_names.size())
      return fail(fmt::format("symbol {}: name offset {:#x} is outside the string table", index, symbol.name), index);
    const HashedName hashed = hash_c_string(names + symbol.name, names + object_.symbol_names.size());
    if (!hashed.is_terminated()) return fail(fmt::format("symbol {}: name has no end", index), index);
    if (binding_of(symbol.info) == STB_LOCAL)
      return fail(fmt::format("symbol {} ({}) is local but stands among the global ones", index, hashed.name), index);
    occurrence = {hashed.name.data(), hashed.hash, static_cast<uint32_t>(hashed.name.size())};
    classify(section_index(object_, index, symbol), symbol, occurrence);
    if (link_.applies_relocs()) drop_default_version(occurrence);
    return true;
  }

  static void classify(uint32_t section, const Symbol& symbol, Occurrence& occurrence) {
    const bool is_weak = binding_of(symbol.info) == STB_WEAK;
    occurrence.is_weak_reference = is_weak;
    if (section == SHN_UNDEF) {
      occurrence.claim_class = ClaimClass::None;
    } else if (section == kCommonSection || section == kLargeCommonSection) {
      occurrence.claim_class = ClaimClass::Common;
    } else {
      occurrence.claim_class = is_weak ? ClaimClass::Weak : ClaimClass::Strong;
      occurrence.section = section < kSpecialSection ? section : 0;
    }
    constexpr uint16_t kVisibilityFlags[] = {0, symbol_flag::kInternal, symbol_flag::kHidden, symbol_flag::kProtected};
    occurrence.symbol_flags = kVisibilityFlags[visibility_of(symbol.other)];
  }

  void read_commons() {
    const auto count = std::count_if(file_.occurrences.begin(), file_.occurrences.end(),
                                     [](const Occurrence& o) { return o.claim_class == ClaimClass::Common; });
    if (count == 0) return;
    file_.commons = arena_.allocate_array<CommonOffer>(static_cast<size_t>(count));
    size_t next = 0;
    for (uint32_t i = 0; i < file_.occurrences.size(); i++) {
      if (file_.occurrences[i].claim_class != ClaimClass::Common) continue;
      const auto symbol = raw_symbol<E>(object_, object_.first_global + i);
      const uint64_t alignment = symbol.value == 0 ? 1 : symbol.value;
      if (!is_power_of_two(alignment)) {
        fail(fmt::format("common symbol {}: alignment {:#x} is not a power of two",
                         string_at(object_.symbol_names, symbol.name), alignment),
             i);
      }
      CommonOffer offer;
      offer.global = i;
      offer.size = symbol.size;
      offer.alignment_log2 = static_cast<uint8_t>(std::bit_width(alignment) - 1);
      offer.is_large = symbol.shndx == SHN_X86_64_LCOMMON;
      offer.is_thread_local = type_of(symbol.info) == STT_TLS;
      file_.commons[next++] = offer;
    }
  }

  // "name@@VERSION" defines the name itself.
  void drop_default_version(Occurrence& occurrence) {
    if (occurrence.claim_class == ClaimClass::None) return;
    const void* at = std::memchr(occurrence.name, '@', occurrence.length);
    if (!at) return;
    const auto length = static_cast<uint32_t>(static_cast<const char*>(at) - occurrence.name);
    if (length == 0 || length + 1 >= occurrence.length) return;
    object_.has_versioned_names = true;
    if (occurrence.name[length + 1] != '@') return;
    has_default_versions_ = true;
    occurrence.length = length;
    occurrence.hash = hash_name({occurrence.name, length});
  }

  // Of "name" and "name@@VERSION" in one file, which are one definition, the one with the version counts.
  void drop_plain_twins() {
    const auto is_default = [](const Occurrence& o) { return o.name[o.length] == '@'; };
    std::set<std::string_view> defaults;
    for (const Occurrence& o : file_.occurrences)
      if (o.claim_class != ClaimClass::None && is_default(o)) defaults.emplace(o.name, o.length);
    for (Occurrence& o : file_.occurrences) {
      if (o.claim_class == ClaimClass::None || is_default(o) || !defaults.contains({o.name, o.length})) continue;
      o.claim_class = ClaimClass::None;
      o.is_weak_reference = true;
    }
  }

  Link& link_;
  InputFile& file_;
  Arena& arena_;
  ElfObject& object_;
  std::vector<uint32_t> import_sections_;
  std::vector<std::string_view> library_names_;
  std::vector<ExpandedRelocs> expanded_relocs_;
  uint32_t extended_section_ = 0;
  uint32_t group_count_ = 0;
  bool has_default_versions_ = false;
  bool has_gcc_ir_ = false, has_llvm_ir_ = false;
};

bool is_64_bit(const Link& link) {
  return link.target().word_size == 8;
}

template <class E>
SectionFacts facts_from(const ElfObject& object, uint32_t index) {
  const auto header = section_header<E>(object, index);
  return {string_at(object.section_names, header.name),
          header.type,
          header.flags,
          header.offset,
          header.size,
          header.entsize,
          header.link,
          header.info};
}

}  // namespace

void read_object(Link& link, InputFile& file, uint32_t worker) {
  if (is_64_bit(link)) {
    ObjectReader<Elf64>(link, file, worker).read();
  } else {
    ObjectReader<Elf32>(link, file, worker).read();
  }
}

SectionFacts section_facts(const Link& link, const ElfObject& object, uint32_t index) {
  return is_64_bit(link) ? facts_from<Elf64>(object, index) : facts_from<Elf32>(object, index);
}

AtomId followed_atom(const Link& link, const Atom& follower) {
  const ElfObject& object = object_of(link.inputs.file(follower.file));
  const uint32_t section = section_facts(link, object, follower.raw).link;
  const AtomId id = section < object.section_count ? object.atom_of[section] : AtomId();
  return id == kDiscardedAtom || (id.is_valid() && !link.is_live[id.value]) ? AtomId() : id;
}

void report_section(const Link& link, const InputFile& file, uint32_t section, std::string_view what) {
  const auto* object = static_cast<const ElfObject*>(file.format_data);
  const std::string_view name = object ? section_facts(link, *object, section).name : std::string_view();
  link.diagnostics().error(fmt::format("{}: section {} (index {}): {}", file.display_name(),
                                       name.empty() ? "(unnamed)" : name, section, what),
                           file.id, section);
}

}  // namespace xld::elf
