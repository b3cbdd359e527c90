// Cutting sections into atoms, and placing the symbols that stand in them. <mach-o/loader.h>,
// MH_SUBSECTIONS_VIA_SYMBOLS.
//
// A piece begins at every symbol that is not an alternative entry. A weak definition that another file provides takes
// its piece out of the link; references to the piece by address go to the other file's definition. Sections that tell
// the linker something (unwind entries, debug information) are not linked; unwind_input.h reads the former.
#include <algorithm>
#include <bit>
#include <fmt/core.h>
#include <tuple>

#include "formats/macho/init_offsets.h"
#include "formats/macho/objc.h"
#include "formats/macho/object.h"
#include "formats/macho/relocs.h"
#include "formats/macho/section_names.h"
#include "formats/macho/state.h"
#include "formats/macho/unwind_input.h"

namespace xld::macho {

namespace {

class AtomMaker {
 public:
  AtomMaker(Link& link, InputFile& file, uint32_t worker)
      : link_(link), file_(file), object_(object_of(file)), arena_(link.session.arena(worker)), worker_(worker) {}

  void make() {
    cut_sections();
    find_other_pieces();
    coalesce();
    apply_objc_edits();
    for (uint32_t i = 0; i < object_.sections.size(); i++) make_atoms(i);
    for (uint32_t i = 0; i < object_.sections.size(); i++) share_relocs(i);
    place_symbols();
    read_unwind(link_, file_, arena_);
  }

 private:
  // Where a piece begins, and a symbol that says so.
  struct Start {
    uint32_t section = 0;
    uint32_t symbol = kNoSymbol;
    uint64_t address = 0;
  };
  static constexpr uint32_t kNoSymbol = UINT32_MAX;

  RawSymbol symbol(uint32_t index) const { return raw_symbol(link_, object_, index); }

  // ---- pieces

  void cut_sections() {
    std::vector<Start> starts;
    for (uint32_t i = 0; i < object_.sections.size(); i++)
      if (is_linked(i)) starts.push_back({i, kNoSymbol, object_.sections[i].address});
    if (object_.has_subsections) add_symbol_starts(starts);
    for (uint32_t i = 0; i < object_.sections.size(); i++) add_record_starts(i, starts);
    std::sort(starts.begin(), starts.end(), [](const Start& a, const Start& b) {
      return std::tie(a.section, a.address) < std::tie(b.section, b.address);
    });
    object_.subsections = arena_.allocate_array<Subsection>(starts.size());
    object_.piece_of = arena_.allocate_array<uint32_t>(object_.symbol_count);
    std::fill(object_.piece_of.begin(), object_.piece_of.end(), kNoPiece);
    uint32_t count = 0;
    for (const Start& start : starts) {
      const bool is_new = count == 0 || object_.subsections[count - 1].section != start.section ||
                          object_.subsections[count - 1].address != start.address;
      if (is_new) add_piece(start, count++);
      if (start.symbol != kNoSymbol) object_.piece_of[start.symbol] = count - 1;
    }
    object_.subsections = object_.subsections.first(count);
  }

  void add_piece(const Start& start, uint32_t index) {
    Subsection& piece = object_.subsections[index] = Subsection();
    piece.address = start.address;
    piece.section = start.section;
    InputSection& section = object_.sections[start.section];
    if (section.subsection_count++ == 0) section.first_subsection = index;
  }

  void add_symbol_starts(std::vector<Start>& starts) const {
    for (uint32_t i = 0; i < object_.symbol_count; i++) {
      const RawSymbol raw = symbol(i);
      if (!is_defined_in_section(raw) || (raw.desc & N_ALT_ENTRY)) continue;
      const uint32_t index = raw.sect - 1u;
      const InputSection& section = object_.sections[index];
      // A label at the end of a section belongs to what is before it.
      const bool is_end = raw.value - section.address == section.size;
      if (is_linked(index) && !is_end && is_cut(section)) starts.push_back({index, i, raw.value});
    }
  }

  void add_record_starts(uint32_t index, std::vector<Start>& starts) const {
    const InputSection& section = object_.sections[index];
    const uint32_t size = record_size(link_, section);
    if (size == 0 || !is_linked(index) || !link_.applies_relocs()) return;
    for (uint64_t offset = 0; offset < section.size; offset += size)
      starts.push_back({index, kNoSymbol, section.address + offset});
  }

  // Of symbols at which no piece begins.
  void find_other_pieces() {
    for (uint32_t i = 0; i < object_.symbol_count; i++) {
      if (object_.piece_of[i] != kNoPiece) continue;
      const RawSymbol raw = symbol(i);
      const Subsection* piece = is_defined_in_section(raw) ? subsection_at(object_, raw.sect - 1u, raw.value) : nullptr;
      if (piece) object_.piece_of[i] = static_cast<uint32_t>(piece - object_.subsections.data());
    }
  }

  bool is_linked(uint32_t index) const {
    const InputSection& section = object_.sections[index];
    if (is_unwind(section)) return true;
    if (is_significance_list(section)) return false;                     // see folding.h
    if (section.segment == kOwnSegment) return !link_.applies_relocs();  // the last link reads them
    // What stays in the object, where the debug map leads: __DWARF, and what compilers put into __LD. Debug information
    // without that mark comes from objects that no debug map can name, and is linked.
    if (section.flags & S_ATTR_DEBUG) return false;
    if (section.segment == "__LLVM") return false;
    if (!link_.applies_relocs()) return true;
    if (section.segment == kLinkerSegment) return false;
    switch (section.type()) {
      case S_NON_LAZY_SYMBOL_POINTERS:
      case S_LAZY_SYMBOL_POINTERS:
      case S_SYMBOL_STUBS:
        return false;  // the linker makes its own (decode.cc)
      default:
        return true;
    }
  }

  // ---- weak definitions

  bool is_mine(uint32_t global) const {
    const Claim claim = link_.symbols.claim(file_.globals[global]);
    return claim.file() == file_.id && claim.raw_symbol() == file_.first_global + global;
  }

  // A piece goes if all its global definitions are weak and another file's were taken. An alternative entry at its
  // start does not speak for it.
  void coalesce() {
    std::vector<Subsection*> kept;
    for (uint32_t i = 0; i < file_.globals.size(); i++) {
      Subsection* piece = piece_of(file_.first_global + i);
      if (!piece) continue;
      const RawSymbol raw = symbol(file_.first_global + i);
      if (!(raw.desc & N_WEAK_DEF) || is_mine(i)) {
        kept.push_back(piece);
      } else if (raw.value == piece->address && !(raw.desc & N_ALT_ENTRY)) {
        piece->instead = file_.globals[i];
      }
    }
    for (Subsection* piece : kept) piece->instead = SymbolId();
  }

  // See objc_lists.h.
  void apply_objc_edits() {
    const auto& all = state_of(link_).objc_edits;
    const auto edits = all.find(file_.id);
    if (edits == all.end()) return;
    for (const ObjcEdit& edit : edits->second) {
      auto* piece = const_cast<Subsection*>(subsection_at(object_, edit.section, edit.address));
      if (!piece || piece->address != edit.address) continue;
      piece->is_dropped = edit.instead.empty();
      if (!edit.instead.empty()) piece->instead = link_.symbols.find(edit.instead);
    }
  }

  Subsection* piece_of(uint32_t index) { return const_cast<Subsection*>(subsection_of(object_, index)); }

  // ---- atoms

  void make_atoms(uint32_t index) {
    const InputSection& section = object_.sections[index];
    if (section.subsection_count == 0) return;
    const SectionId key = key_for(section);
    for (uint32_t i = 0; i < section.subsection_count; i++) {
      const uint32_t piece = section.first_subsection + i;
      if (object_.subsections[piece].instead.is_valid() || object_.subsections[piece].is_dropped) continue;
      if (section.name == kImageInfoName && i == 0) continue;  // all of them become one (objc.h)
      const uint64_t end =
          i + 1 < section.subsection_count ? object_.subsections[piece + 1].address : section.address + section.size;
      add_atom(section, piece, end, key);
    }
  }

  SectionId key_for(const InputSection& section) {
    uint32_t type = section.type();
    if (!link_.applies_relocs()) {
      const std::string_view own_name = link_.session.keep(fmt::format("{},{}", section.segment, section.name));
      constexpr uint64_t kOfRecords = S_ATTR_EXT_RELOC | S_ATTR_LOC_RELOC | SECTION_TYPE;
      return state_of(link_).section_keys.intern(worker_, own_name, type, section.flags & ~kOfRecords);
    }
    const bool is_number = type == S_4BYTE_LITERALS || type == S_8BYTE_LITERALS || type == S_16BYTE_LITERALS;
    if (type == S_COALESCED || is_number || section.segment == kDwarfSegment) type = S_REGULAR;
    if (type == S_GB_ZEROFILL) type = S_ZEROFILL;
    constexpr uint64_t kKept = S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS | S_ATTR_NO_DEAD_STRIP;
    const std::string_view name = output_section_name(link_.session, section.segment, section.name);
    return state_of(link_).section_keys.intern(worker_, name, type, section.flags & kKept);
  }

  void add_atom(const InputSection& section, uint32_t piece, uint64_t end, SectionId key) {
    Subsection& subsection = object_.subsections[piece];
    const uint64_t offset = subsection.address - section.address;
    Atom atom;
    atom.size = end - subsection.address;
    atom.file = file_.id;
    atom.raw = piece;
    // Later pieces are as aligned as their place in the section happens to be.
    atom.alignment_log2 = offset == 0
                              ? section.alignment_log2
                              : static_cast<uint8_t>(std::min<int>(section.alignment_log2, std::countr_zero(offset)));
    atom.flags = flags_of(section);
    if (!section.is_zero_fill()) atom.data = file_.bytes.data() + section.file_offset + offset;
    mark_merge(section, offset, atom);
    atom.section = key;
    subsection.atom = AtomId{file_.first_atom.value + file_.atom_count};
    link_.atoms[file_.first_atom.value + file_.atom_count++] = atom;
  }

  uint32_t flags_of(const InputSection& section) const {
    if (is_unwind(section)) return atom_flag::kUnwind;
    if (section.segment == kDwarfSegment) return 0;
    if (section.type() == S_MOD_INIT_FUNC_POINTERS && wants_init_offsets(link_))
      return atom_flag::kUnwind | atom_flag::kAllocated;
    uint32_t flags = atom_flag::kAllocated;
    if (section.segment != "__TEXT") flags |= atom_flag::kWritable;
    if (section.flags & (S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS)) flags |= atom_flag::kExecutable;
    if (section.is_zero_fill()) flags |= atom_flag::kZeroFill;
    // What lives if it refers to something that lives is kept in any case.
    if (section.flags & (S_ATTR_NO_DEAD_STRIP | S_ATTR_LIVE_SUPPORT)) flags |= atom_flag::kRetained;
    if (section.type() == S_THREAD_LOCAL_REGULAR || section.type() == S_THREAD_LOCAL_ZEROFILL)
      flags |= atom_flag::kThreadLocal;
    return flags;
  }

  void mark_merge(const InputSection& section, uint64_t offset, Atom& atom) const {
    const uint8_t size = literal_size(section);
    if (size == 0 || atom.size == 0 || !section.relocs.empty()) return;
    // Names of selectors are shared in any case.
    if (link_.options().optimize == 0 && section.name != "__objc_methname") return;
    if (!link_.applies_relocs()) return;
    const bool is_strings = section.type() == S_CSTRING_LITERALS;
    if (!MergedSection::can_split(atom.bytes(), {size, is_strings, false})) {
      if (is_strings) report_open_string(section, offset, atom);
      return;
    }
    atom.flags |= atom_flag::kMerge | (is_strings ? atom_flag::kStrings : 0);
    atom.entry_size = size;
  }

  // What follows it in the output would be a part of it.
  void report_open_string(const InputSection& section, uint64_t offset, const Atom& atom) const {
    const Bytes bytes = atom.bytes();
    const auto last = std::find(bytes.rbegin(), bytes.rend(), uint8_t{0});
    link_.diagnostics().error(
        fmt::format("{}:({}+{:#x}): string is not null terminated; end it with a zero", file_.display_name(),
                    section.name, offset + static_cast<uint64_t>(bytes.rend() - last)),
        file_.id, offset);
  }

  // ---- relocations

  // Gives each piece its part of the section's records. Assemblers write them in descending or ascending order; a table
  // in no order gets a sorted index.
  void share_relocs(uint32_t index) {
    InputSection& section = object_.sections[index];
    if (section.relocs.empty() || section.subsection_count == 0) return;
    std::vector<uint32_t> addresses = reloc_addresses(section);
    const bool is_monotone = std::is_sorted(addresses.begin(), addresses.end()) ||
                             std::is_sorted(addresses.begin(), addresses.end(), std::greater<>());
    if (!is_monotone) {
      const std::span<uint32_t> order = arena_.allocate_array<uint32_t>(addresses.size());
      for (uint32_t i = 0; i < order.size(); i++) order[i] = i;
      std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return addresses[a] < addresses[b]; });
      section.reloc_order = order;
      std::stable_sort(addresses.begin(), addresses.end());
    }
    const auto pieces = object_.subsections.subspan(section.first_subsection, section.subsection_count);
    size_t next = 0;
    for (uint32_t i = 0; i < addresses.size(); i++) {
      const uint64_t address = section.address + addresses[i];
      while (next + 1 < pieces.size() && pieces[next + 1].address <= address) next++;
      while (next != 0 && pieces[next].address > address) next--;
      if (pieces[next].reloc_count++ == 0) pieces[next].first_reloc = i;
    }
    for (const Subsection& piece : pieces) {
      if (!piece.atom.is_valid() || piece.reloc_count == 0) continue;
      Atom& atom = link_.atom(piece.atom);
      atom.relocs = section.relocs.data();
      atom.reloc_count = piece.reloc_count;
      // Only what compares contents asks, and the answer is in each record.
      if (link_.options().icf != IcfMode::None && has_addresses(piece)) atom.flags |= atom_flag::kImplicitAddends;
    }
  }

  // A record that names a section says by an address of the object, in the field, what of it is meant; arm64 counts
  // distances to slots from the object's first byte.
  bool has_addresses(const Subsection& piece) const {
    const Cpu cpu = link_.target().cpu;
    for (uint32_t i = 0; i < piece.reloc_count; i++) {
      const RawReloc raw = piece_reloc(cpu, object_, piece, i);
      const bool is_distance =
          cpu == Cpu::Arm64 && raw.is_pc_relative && reloc_meaning(cpu, raw.type).field == Field::None;
      if (!raw.is_extern || is_distance) return true;
    }
    return false;
  }

  // By record; the second half of a pair stands where the first does.
  std::vector<uint32_t> reloc_addresses(const InputSection& section) const {
    const Cpu cpu = link_.target().cpu;
    std::vector<uint32_t> addresses(section.relocs.size() / 8);
    for (size_t i = 0; i < addresses.size(); i++) {
      const RawReloc raw = read_raw_reloc(cpu, section.relocs.data() + i * 8);
      const bool is_second = reloc_meaning(cpu, raw.type).form == RelocForm::Pair;
      addresses[i] = is_second && i != 0 ? addresses[i - 1] : raw.address;
    }
    return addresses;
  }

  // ---- symbols

  void place_symbols() {
    note_sections();
    for (uint32_t i = 0; i < object_.symbol_count; i++) {
      const RawSymbol raw = symbol(i);
      if (is_defined_in_section(raw) && object_.sections[raw.sect - 1u].type() == S_MOD_INIT_FUNC_POINTERS)
        state_of(link_).names_initialisers.store(true, std::memory_order_relaxed);
      if (is_defined_in_section(raw) && (raw.desc & N_NO_DEAD_STRIP)) retain(i);
      if (i >= file_.first_global && is_mine(i - file_.first_global))
        place_symbol(file_.globals[i - file_.first_global], i, raw);
    }
  }

  void note_sections() {
    for (const InputSection& section : object_.sections)
      if (section.type() == S_THREAD_LOCAL_VARIABLES)
        state_of(link_).has_thread_variables.store(true, std::memory_order_relaxed);
  }

  void retain(uint32_t index) {
    const Subsection* piece = piece_of(index);
    if (piece && piece->atom.is_valid()) link_.atom(piece->atom).flags |= atom_flag::kRetained;
  }

  void place_symbol(SymbolId id, uint32_t index, const RawSymbol& raw) {
    const ClaimClass claim = link_.symbols.claim(id).claim_class();
    if (claim == ClaimClass::Common) return;  // hide_commons()
    // Who sees it is decided by the definition in force alone.
    if (is_private_definition(file_, raw)) link_.symbols.add_flags(id, symbol_flag::kHidden);
    if ((raw.type & N_TYPE) == N_INDR) return;
    uint32_t flags = symbol_flag::kDefined;
    if (is_weak(claim)) flags |= symbol_flag::kWeak;
    if ((raw.type & N_TYPE) == N_ABS) {
      link_.symbols.place(id, AtomId(), raw.value);
      flags |= symbol_flag::kAbsolute;
    } else if (const Subsection* piece = piece_of(index); piece && piece->atom.is_valid()) {
      link_.symbols.place(id, piece->atom, raw.value - piece->address);
      if (link_.atom(piece->atom).has(atom_flag::kThreadLocal)) flags |= symbol_flag::kThreadLocal;
    } else {
      link_.symbols.place(id, AtomId(), 0);  // in a section that is not linked
    }
    link_.symbols.add_flags(id, flags);
  }

  Link& link_;
  InputFile& file_;
  MachoObject& object_;
  Arena& arena_;
  uint32_t worker_;
};

}  // namespace

void make_atoms(Link& link, InputFile& file, uint32_t worker) {
  AtomMaker(link, file, worker).make();
}

}  // namespace xld::macho
