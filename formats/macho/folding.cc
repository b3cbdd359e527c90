// See folding.h. Functions with a call frame record of their own stay apart: those are not compared. What an entry for
// unwinding says is its length and 32 bits; personality and language-specific area are references like others.
#include "formats/macho/folding.h"

#include <algorithm>

#include "formats/macho/object.h"
#include "formats/macho/section_names.h"
#include "formats/macho/unwind_input.h"

namespace xld::macho {

namespace {

std::span<const UnwindEntry> entries_of(const MachoObject& object, AtomId function) {
  const auto [begin, end] = std::ranges::equal_range(object.unwind, function, {}, &UnwindEntry::function);
  return {begin, end};
}

std::optional<FoldKind> unwind_kind(const MachoObject& object, AtomId function, uint64_t size) {
  const auto entries = entries_of(object, function);
  if (entries.empty()) return FoldKind{};
  const UnwindEntry& entry = entries.front();
  const bool is_comparable =
      entries.size() == 1 && entry.offset == 0 && entry.length <= size && entry.frame == kNoFrame;
  return is_comparable ? std::optional(FoldKind{(uint64_t{entry.length} + 1) << 32 | entry.encoding}) : std::nullopt;
}

// Constants and tables that nobody walks from one end to the other.
struct DataRow {
  std::string_view section;
  bool has_address = true;
};

constexpr DataRow kFoldedData[] = {{"__TEXT,__const"},
                                   {"__DATA,__const"},
                                   {"__TEXT,__gcc_except_tab", false},
                                   {"__DATA,__cfstring", false},
                                   {"__DATA,__objc_selrefs", false},
                                   {"__DATA,__objc_classrefs", false}};

}  // namespace

std::optional<FoldKind> fold_kind(const Link& link, const InputFile& file, const Atom& atom) {
  const MachoObject& object = object_of(file);
  const Subsection& piece = object.subsections[atom.raw];
  // A record of a table is one whatever symbols say, and is kept with its section and not for its own sake.
  const bool is_record = record_size(link, object.sections[piece.section]) != 0;
  if (!is_record && (!object.has_subsections || atom.has(atom_flag::kRetained))) return std::nullopt;
  if (atom.has(atom_flag::kExecutable)) return unwind_kind(object, piece.atom, atom.size);
  const std::string_view output = state_of(link).section_keys.keys()[atom.section.value].name;
  for (const DataRow& row : kFoldedData)
    if (row.section == output) return FoldKind{0, row.has_address};
  return std::nullopt;
}

void append_unwind_references(const Link& link, const InputFile& file, const Atom& atom, std::vector<Reloc>& out) {
  if (!atom.has(atom_flag::kExecutable) || atom.file.value == 0) return;
  const MachoObject& object = object_of(file);
  const auto to_atom = [&](AtomId id, uint64_t offset) {
    Reloc reference;
    reference.target_kind = TargetKind::Atom;
    reference.target = id.value;
    reference.value = static_cast<int64_t>(offset);
    out.push_back(reference);
  };
  for (const UnwindEntry& entry : entries_of(object, link.id_of(atom))) {
    if (entry.personality.is_valid()) {
      Reloc reference;
      reference.target_kind = TargetKind::Symbol;
      reference.target = entry.personality.value;
      out.push_back(reference);
    } else if (entry.personality_raw != UINT32_MAX) {
      const Subsection* piece = subsection_of(object, entry.personality_raw);
      if (piece) to_atom(piece->atom, raw_symbol(link, object, entry.personality_raw).value - piece->address);
    }
    if (entry.lsda.is_valid()) to_atom(entry.lsda, entry.lsda_offset);
  }
}

bool significant_atoms(const Link& link, const InputFile& file, std::vector<AtomId>& out) {
  const MachoObject& object = object_of(file);
  const auto section = std::ranges::find_if(object.sections, is_significance_list);
  if (section == object.sections.end()) return false;
  for (size_t at = 0; at + 8 <= section->relocs.size(); at += 8) {
    const RawReloc raw = read_raw_reloc(link.target().cpu, section->relocs.data() + at);
    if (!raw.is_extern || raw.number >= object.symbol_count) return false;
    AtomId id;
    if (raw.number >= file.first_global) {
      id = link.symbols.atom(file.globals[raw.number - file.first_global]);
    } else if (const Subsection* piece = subsection_of(object, raw.number)) {
      id = piece->atom;
    }
    if (id.is_valid()) out.push_back(id);
  }
  return true;
}

}  // namespace xld::macho
