// Making atoms: the sections of an object that take part in the link, and the symbols that stand in them.
//
// Runs when it is known which groups the file provides (gABI "Section Groups": of several groups with one signature,
// the first is linked). A section that loses is never made. Sections that are messages to the linker (.note.GNU-stack,
// .note.gnu.property) are read here and not linked.
#include <bit>
#include <fmt/core.h>

#include "core/glob.h"
#include "formats/elf/decompress.h"
#include "formats/elf/object.h"
#include "formats/elf/properties.h"
#include "formats/elf/section_names.h"
#include "formats/elf/state.h"

namespace xld::elf {

namespace {

enum class ListEnd : uint8_t { None, First, Last };

template <class E>
class AtomMaker {
 public:
  AtomMaker(Link& link, InputFile& file, uint32_t worker)
      : link_(link), file_(file), object_(object_of(file)), arena_(link.session.arena(worker)), worker_(worker) {}

  void make() {
    object_.atom_of = arena_.allocate_array<AtomId>(object_.section_count);
    std::fill(object_.atom_of.begin(), object_.atom_of.end(), AtomId());
    for (uint32_t i = 0; i < file_.is_lost.size(); i++)
      if (file_.is_lost[i]) object_.atom_of[i] = kDiscardedAtom;
    for (uint32_t i = 1; i < object_.section_count; i++) make_atom(i);
    place_symbols();
    read_frames<E>(link_, file_, worker_);
  }

 private:
  using SectionHeader = typename E::SectionHeader;

  void make_atom(uint32_t index) {
    if (object_.atom_of[index] == kDiscardedAtom) return;
    const auto header = section_header<E>(object_, index);
    switch (header.type) {
      case SHT_NULL:
      case SHT_SYMTAB:
      case SHT_REL:
      case SHT_RELA:
      case SHT_CREL:
      case SHT_GROUP:
      case SHT_SYMTAB_SHNDX:
      case SHT_LLVM_ADDRSIG:
        return;
      case SHT_LLVM_CALL_GRAPH_PROFILE:
      case SHT_LLVM_DEPENDENT_LIBRARIES:
        if (link_.applies_relocs()) return;  // read already
        break;
      default:
        break;
    }
    if (index == object_.section_name_section || index == object_.symbol_name_section) return;
    const std::string_view name = string_at(object_.section_names, header.name);
    if (read_message(index, header, name) && !passes_on(header)) return;
    if (is_dropped(header, name)) {
      object_.atom_of[index] = kDiscardedAtom;
      return;
    }
    add_atom(index, header, name);
  }

  // Sections that tell the linker something.
  bool read_message(uint32_t index, const SectionHeader& header, std::string_view name) {
    if (header.flags & SHF_ALLOC) {
      if (header.type != SHT_NOTE || name != ".note.gnu.property") return false;
      if (auto properties = read_properties(section_bytes(file_, header), E::kWordSize)) {
        const std::span<Property> kept = arena_.template allocate_array<Property>(properties->size());
        std::copy(properties->begin(), properties->end(), kept.begin());
        object_.properties = kept;
      } else {
        report_section(link_, file_, index, properties.error().message);
      }
      return true;
    }
    if (name == ".note.GNU-stack") {
      object_.has_stack_note = true;
      object_.wants_executable_stack = (header.flags & SHF_EXECINSTR) != 0;
      return true;
    }
    if (name == kSlotSection) return true;
    if (name == ".note.GNU-split-stack") {
      object_.has_split_stack = true;
      return true;
    }
    return false;
  }

  // Messages that are not joined are for whoever links the output again.
  bool passes_on(const SectionHeader& header) const { return !link_.applies_relocs() && !(header.flags & SHF_ALLOC); }

  bool is_dropped(const SectionHeader& header, std::string_view name) const {
    const Options& options = link_.options();
    const bool is_stripped = options.strip != StripMode::None && !options.debug_file && is_debug_section(name);
    if (!link_.applies_relocs()) return !(header.flags & SHF_ALLOC) && is_stripped;
    if (header.flags & SHF_EXCLUDE) return true;
    if (std::ranges::find(options.discarded_sections, name) != options.discarded_sections.end()) return true;
    // That of an input (ld -r --build-id) is not the output's.
    if (name == ".note.gnu.build-id" && options.build_id != BuildIdKind::None) return true;
    if (name.starts_with(kWarningPrefix)) {
      state_of(link_).symbol_warnings.add(
          {file_.id, name.substr(kWarningPrefix.size()), warning_text(section_bytes(file_, header))});
      // The users of a library are warned, too.
      return link_.target().output != OutputKind::SharedLibrary;
    }
    if (header.flags & SHF_ALLOC) return false;
    // GCC's link-time bytes without the plugin, and checks meant for other tools.
    if (name.starts_with(".gnu.lto_")) return true;
    if (name == kImportSection) return true;
    return is_stripped;
  }

  // --unique in a program: what matches is not joined with others by the beginning of its name.
  std::string_view output_name(std::string_view name, uint64_t flags) const {
    const Options& options = link_.options();
    const auto matches = [&](const std::string& glob) { return Glob(glob).matches(name); };
    if (link_.applies_relocs() && std::ranges::any_of(options.unique_section_globs, matches)) return name;
    if (options.keep_text_section_prefix && (flags & SHF_EXECINSTR))
      if (const std::string_view prefix = text_section_prefix(name); !prefix.empty()) return prefix;
    return output_section_name(name, flags);
  }

  void add_atom(uint32_t index, const SectionHeader& header, std::string_view name) {
    const uint64_t alignment = header.addralign == 0 ? 1 : header.addralign;
    if (!is_power_of_two(alignment) || alignment > (uint64_t{1} << 40)) {
      report_section(link_, file_, index,
                     fmt::format("alignment {:#x} is not a power of two the linker can give", alignment));
      return;
    }
    Atom atom;
    atom.size = header.size;
    atom.file = file_.id;
    atom.raw = index;
    atom.alignment_log2 = static_cast<uint8_t>(std::countr_zero(alignment));
    atom.flags = flags_of(header, name);
    if (header.type != SHT_NOBITS) atom.data = file_.bytes.data() + header.offset;
    if (header.type != SHT_NOBITS && header.size != 0 && !expand(index, header, name, atom)) return;
    find_relocs(index, atom);
    const bool is_counted_down = names_match(name, ".ctors") || names_match(name, ".dtors");
    const ListEnd end = list_end(name);
    if (is_counted_down && end == ListEnd::None && link_.applies_relocs()) turn_around(atom);
    mark_merge(header, atom);
    atom.section = key_for(header, end == ListEnd::None ? output_name(name, header.flags) : name);
    atom.order = end == ListEnd::None ? order_of(atom, name) : static_cast<uint16_t>(end);
    object_.atom_of[index] = AtomId{file_.first_atom.value + file_.atom_count};
    link_.atoms[file_.first_atom.value + file_.atom_count++] = atom;
  }

  void find_relocs(uint32_t index, Atom& atom) const {
    if (object_.relocs_of[index] == 0) return;
    const RelocRecords records = reloc_records<E>(file_, object_, object_.relocs_of[index]);
    const size_t record_size = records.has_addends ? sizeof(typename E::Rela) : sizeof(typename E::Rel);
    atom.reloc_count = static_cast<uint32_t>(records.bytes.size() / record_size);
    if (atom.reloc_count != 0) atom.relocs = records.bytes.data();
    if (records.has_addends) return;
    if (E::kWordSize == 8 && section_header<E>(object_, index).type == SHT_LLVM_CALL_GRAPH_PROFILE) {
      atom.relocs = add_addends(atom);
    } else {
      atom.flags |= atom_flag::kImplicitAddends;
    }
  }

  // LLVM has these without addends for all machines, and only names symbols in them.
  const uint8_t* add_addends(const Atom& atom) const {
    using Rela = typename E::Rela;
    const std::span<uint8_t> records = arena_.template allocate_array<uint8_t>(atom.reloc_count * sizeof(Rela));
    for (size_t i = 0; i < atom.reloc_count; i++) {
      const auto record = load<typename E::Rel>(atom.relocs + i * sizeof(typename E::Rel));
      store(records.data() + i * sizeof(Rela), Rela{record.offset, record.info, 0});
    }
    return records.data();
  }

  // Compilers from before .init_array bring the ends of .ctors and .dtors along, a word each, and walk the lists
  // between them. They stay apart from what goes to .init_array, as in GNU ld's script.
  ListEnd list_end(std::string_view section) const {
    if (section != ".ctors" && section != ".dtors") return ListEnd::None;
    std::string_view file = file_.member.empty() ? file_.path : file_.member;
    if (!file.ends_with(".o")) return ListEnd::None;
    file.remove_suffix(2);
    for (const std::string_view stem : {file, file.substr(0, file.size() - !file.empty())}) {  // crtbegin, crtbeginT
      if (stem.ends_with("crtbegin")) return ListEnd::First;
      if (stem.ends_with("crtend")) return ListEnd::Last;
    }
    return ListEnd::None;
  }

  // .ctors and .dtors were run from the end; in .init_array and .fini_array, where they go, the first is run first.
  void turn_around(Atom& atom) {
    constexpr size_t kWord = E::kWordSize;
    if (!atom.data || atom.size % kWord != 0) return;
    const std::span<uint8_t> words = arena_.template allocate_array<uint8_t>(atom.size);
    for (size_t i = 0; i < atom.size; i += kWord)
      std::copy_n(atom.data + i, kWord, words.data() + atom.size - kWord - i);
    atom.data = words.data();
    atom.flags |= atom_flag::kOwnedBytes;
    if (!atom.relocs) return;
    atom.relocs = atom.has(atom_flag::kImplicitAddends) ? turned_relocs<typename E::Rel>(atom)
                                                        : turned_relocs<typename E::Rela>(atom);
  }

  template <class Record>
  const uint8_t* turned_relocs(const Atom& atom) {
    const std::span<uint8_t> records = arena_.template allocate_array<uint8_t>(atom.reloc_count * sizeof(Record));
    for (size_t i = 0; i < atom.reloc_count; i++) {
      auto record = load<Record>(atom.relocs + i * sizeof(Record));
      // One that reaches over the end stays where it is, to be reported.
      if (record.offset <= atom.size - E::kWordSize)
        record.offset = static_cast<typename E::Word>(atom.size - E::kWordSize - record.offset);
      store(records.data() + (atom.reloc_count - 1 - i) * sizeof(Record), record);
    }
    return records.data();
  }

  static bool names_match(std::string_view name, std::string_view stem) {
    return name.starts_with(stem) && (name.size() == stem.size() || name[stem.size()] == '.');
  }

  // Arrays of functions are among what is read-only after loading, whatever the assembler says.
  static bool is_function_array(uint32_t type) {
    return type == SHT_INIT_ARRAY || type == SHT_FINI_ARRAY || type == SHT_PREINIT_ARRAY;
  }

  static uint32_t flags_of(const SectionHeader& header, std::string_view name) {
    uint32_t flags = 0;
    if (header.flags & SHF_ALLOC) flags |= atom_flag::kAllocated;
    if ((header.flags & SHF_WRITE) || is_function_array(header.type)) flags |= atom_flag::kWritable;
    if (header.flags & SHF_EXECINSTR) flags |= atom_flag::kExecutable;
    if (header.flags & SHF_TLS) flags |= atom_flag::kThreadLocal;
    if (header.flags & SHF_GNU_RETAIN) flags |= atom_flag::kRetained;
    if (header.flags & SHF_LINK_ORDER) flags |= atom_flag::kFollowsOther;
    if (header.type == SHT_NOBITS) flags |= atom_flag::kZeroFill;
    if (header.type == SHT_NOTE) flags |= atom_flag::kNote;
    // As in GNU ld, what a note refers to stays: a list of probes has addresses in other sections.
    if (header.type == SHT_NOTE && !(header.flags & (SHF_GROUP | SHF_LINK_ORDER))) flags |= atom_flag::kRetained;
    const bool is_frames = header.type == SHT_X86_64_UNWIND || header.type == SHT_PROGBITS;
    if ((header.flags & SHF_ALLOC) && is_frames && name == ".eh_frame") flags |= atom_flag::kUnwind;
    return flags;
  }

  bool expand(uint32_t index, const SectionHeader& header, std::string_view name, Atom& atom) {
    const bool is_old_form = !(header.flags & SHF_ALLOC) && name.starts_with(".zdebug_");
    if (!(header.flags & SHF_COMPRESSED) && !is_old_form) return true;
    const auto facts =
        is_old_form ? read_zdebug_section(atom.bytes()) : read_compressed_section(atom.bytes(), E::kWordSize == 8);
    if (!facts) {
      report_section(link_, file_, index, facts.error().message);
      return false;
    }
    const std::span<uint8_t> expanded = arena_.allocate_array<uint8_t>(facts->size);
    if (const auto error = decompress(*facts, expanded)) {
      report_section(link_, file_, index, error->message);
      return false;
    }
    atom.data = expanded.data();
    atom.size = expanded.size();
    atom.flags |= atom_flag::kOwnedBytes;
    if (!is_old_form) atom.alignment_log2 = static_cast<uint8_t>(std::countr_zero(facts->alignment));
    return true;
  }

  // Constructors run in the order of their priorities; hot and cold code is kept together.
  static uint16_t order_of(const Atom& atom, std::string_view name) {
    if (atom.has(atom_flag::kExecutable)) return static_cast<uint16_t>(text_rank(name));
    const bool is_initialiser = name.starts_with(".init_array") || name.starts_with(".fini_array") ||
                                name.starts_with(".ctors") || name.starts_with(".dtors");
    return is_initialiser ? static_cast<uint16_t>(std::min(initialiser_priority(name), 65535u)) : uint16_t{0};
  }

  // Constants that may be shared. Sections with relocations differ in more than their bytes.
  void mark_merge(const SectionHeader& header, Atom& atom) const {
    if (!(header.flags & SHF_MERGE) || header.entsize == 0 || header.entsize > 255 || atom.size == 0) return;
    if (atom.relocs || (header.flags & (SHF_WRITE | SHF_GNU_RETAIN)) || header.type != SHT_PROGBITS) return;
    if (link_.options().optimize == 0 || !link_.applies_relocs()) return;
    const bool is_strings = (header.flags & SHF_STRINGS) != 0;
    if (!MergedSection::can_split(atom.bytes(), {static_cast<uint32_t>(header.entsize), is_strings, false})) return;
    atom.flags |= atom_flag::kMerge | (is_strings ? atom_flag::kStrings : 0);
    atom.entry_size = static_cast<uint8_t>(header.entsize);
  }

  SectionId key_for(const SectionHeader& header, std::string_view output) {
    if (!link_.applies_relocs()) return SectionId();  // joined by other rules: relocatable_plan.cc
    constexpr uint64_t kKept = SHF_WRITE | SHF_ALLOC | SHF_EXECINSTR | SHF_TLS | SHF_X86_64_LARGE;
    if (output.starts_with(".zdebug_")) output = link_.session.keep(fmt::format(".{}", output.substr(2)));
    uint32_t type = header.type;
    if (output == ".init_array") type = SHT_INIT_ARRAY;
    if (output == ".fini_array") type = SHT_FINI_ARRAY;
    if (output == ".preinit_array") type = SHT_PREINIT_ARRAY;
    if (type == SHT_X86_64_UNWIND) type = SHT_PROGBITS;
    uint64_t kept = header.flags & kKept;
    if (is_function_array(type)) kept |= SHF_WRITE;
    return state_of(link_).section_keys.intern(worker_, output, type, kept);
  }

  // Writes down where each global symbol that this file won is; the claims of sections that lost have been withdrawn.
  void place_symbols() {
    for (uint32_t i = 0; i < file_.globals.size(); i++) {
      const SymbolId id = file_.globals[i];
      const Claim claim = link_.symbols.claim(id);
      if (claim.file() != file_.id || claim.raw_symbol() != object_.first_global + i || !claim.is_definition())
        continue;
      if (claim.claim_class() == ClaimClass::Override || claim.claim_class() == ClaimClass::Provided) continue;
      place_symbol(id, object_.first_global + i);
    }
  }

  void place_symbol(SymbolId id, uint32_t index) {
    const auto symbol = raw_symbol<E>(object_, index);
    const uint32_t section = section_index(object_, index, symbol);
    // What stands in a section that is left out (SHF_EXCLUDE) is not defined; whoever refers to it is told.
    if (section < object_.section_count && object_.atom_of[section] == kDiscardedAtom)
      return link_.symbols.add_flags(id, symbol_flag::kStronglyReferenced);
    uint32_t flags = symbol_flag::kDefined;
    if (type_of(symbol.info) == STT_FUNC) flags |= symbol_flag::kFunction;
    if (type_of(symbol.info) == STT_OBJECT) flags |= symbol_flag::kObject;
    if (type_of(symbol.info) == STT_TLS) flags |= symbol_flag::kThreadLocal;
    if (type_of(symbol.info) == STT_GNU_IFUNC) flags |= symbol_flag::kResolver;
    if (binding_of(symbol.info) == STB_WEAK) flags |= symbol_flag::kWeak;
    if (section == kAbsoluteSection) {
      link_.symbols.place(id, AtomId(), symbol.value);
      flags |= symbol_flag::kAbsolute;
    } else if (section < object_.section_count) {
      place_in_section(id, section, symbol.value);
    } else if (section != kCommonSection && section != kLargeCommonSection) {
      link_.diagnostics().error(fmt::format("{}: symbol {} is defined in section {}, which does not exist",
                                            file_.display_name(), link_.symbols.name(id), section),
                                file_.id, index);
    }
    link_.symbols.add_flags(id, flags);
  }

  // A section without an atom (a note the linker reads, or one it was told to drop) has no address to give: 0.
  void place_in_section(SymbolId id, uint32_t section, uint64_t value) {
    const AtomId atom = object_.atom_of[section];
    const bool is_linked = atom.is_valid() && atom != kDiscardedAtom;
    link_.symbols.place(id, is_linked ? atom : AtomId(), is_linked ? value : 0);
  }

  Link& link_;
  InputFile& file_;
  ElfObject& object_;
  Arena& arena_;
  uint32_t worker_;
};

}  // namespace

void make_atoms(Link& link, InputFile& file, uint32_t worker) {
  if (link.target().word_size == 8) {
    AtomMaker<Elf64>(link, file, worker).make();
  } else {
    AtomMaker<Elf32>(link, file, worker).make();
  }
}

}  // namespace xld::elf
