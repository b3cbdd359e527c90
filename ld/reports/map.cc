// Collecting what the maps tell. See map.h.
#include "ld/reports/map.h"

#include <algorithm>
#include <tuple>

#include "ld/reports/reports.h"

namespace xld {

namespace {

bool is_common_atom(const Atom& atom) {
  return atom.file.value == 0;
}

std::string_view scope_of(const FileSymbol& symbol) {
  if (!symbol.global.is_valid()) return "local";
  return is_weak(symbol.claim_class) ? "weak" : "global";
}

// The entry of a file that the link took; a local one always is.
bool is_in_force(const Link& link, const InputFile& file, const FileSymbol& symbol) {
  if (!symbol.global.is_valid()) return true;
  const Claim claim = link.symbols.claim(symbol.global);
  return claim.file() == file.id && claim.claim_class() == symbol.claim_class;
}

}  // namespace

MapModel::MapModel(const Link& link) : link_(link), shared_atoms_(link.layout.sections.size()) {
  for (const InputFile* file : link.inputs.files) add_symbols_of(*file);
  std::stable_sort(symbols_.begin(), symbols_.end(), [](const PlacedSymbol& a, const PlacedSymbol& b) {
    return std::tie(a.atom, a.offset) < std::tie(b.atom, b.offset);
  });
  if (!has_liveness(link)) return;
  for (uint32_t i = 0; i < link.atoms.size(); i++) {
    const Atom& atom = link.atoms[i];
    const bool is_shared = link.is_live[i] && atom.has(atom_flag::kMerge | atom_flag::kUnwind);
    if (is_shared && atom.section.value < shared_atoms_.size()) shared_atoms_[atom.section.value].push_back(AtomId{i});
  }
}

void MapModel::add_symbols_of(const InputFile& file) {
  for (const FileSymbol& symbol : link_.format->describe->list_symbols(link_, file)) {
    if (symbol.claim_class == ClaimClass::None || !is_in_force(link_, file, symbol)) continue;
    if (symbol.atom.is_valid()) {
      symbols_.push_back({symbol.atom, symbol.value, symbol.size, symbol.name, scope_of(symbol)});
    } else if (symbol.claim_class == ClaimClass::Common && link_.symbols.atom(symbol.global).is_valid()) {
      const AtomId atom = link_.symbols.atom(symbol.global);
      symbols_.push_back({atom, 0, link_.atom(atom).size, symbol.name, "global"});
    }
  }
}

std::vector<MapEntry> MapModel::entries_of(SectionId id) const {
  const OutputSection& section = link_.layout.section(id);
  // Sections that are not loaded have addresses too, those of their place in the file.
  const uint64_t base = section.is_allocated ? 0 : section.address;
  std::vector<MapEntry> entries;
  const auto add_chunks = [&](const std::vector<Chunk*>& chunks) {
    for (const Chunk* chunk : chunks) {
      if (chunk->size() == 0) continue;
      entries.push_back({MapEntry::Kind::Linker, {}, chunk->address - base, chunk->size(), chunk->alignment});
    }
  };
  add_chunks(section.leading_chunks);
  for (const AtomId atom_id : section.atoms) {
    const Atom& atom = link_.atom(atom_id);
    const auto kind = is_common_atom(atom) ? MapEntry::Kind::Common : MapEntry::Kind::Input;
    entries.push_back({kind, atom_id, atom.address - base, atom.size, atom.alignment()});
  }
  for (const IslandPlace& island : section.islands) add_chunks({island.chunk});
  add_chunks(section.chunks);
  for (const AtomId atom_id : shared_atoms_[id.value]) {
    const Atom& atom = link_.atom(atom_id);
    if (atom.size != 0) entries.push_back({MapEntry::Kind::Shared, atom_id, 0, atom.size, atom.alignment()});
  }
  return entries;
}

std::span<const PlacedSymbol> MapModel::symbols_in(AtomId atom) const {
  const auto [first, last] =
      std::equal_range(symbols_.begin(), symbols_.end(), PlacedSymbol{atom, 0, 0, {}, {}},
                       [](const PlacedSymbol& a, const PlacedSymbol& b) { return a.atom < b.atom; });
  return {first, last};
}

uint64_t MapModel::address_of(const PlacedSymbol& symbol) const {
  return link_.address_of(link_.atom(symbol.atom), symbol.offset);
}

std::string MapModel::input_name(const MapEntry& entry) const {
  if (entry.kind == MapEntry::Kind::Linker) return "<linker>";
  const Atom& atom = link_.atom(entry.atom);
  if (entry.kind == MapEntry::Kind::Common) return "<common>";
  return link_.inputs.file(atom.file).display_name() + ":(" + link_.format->describe->atom_section(link_, atom) + ")";
}

std::string list_call_order(const Link& link) {
  const MapModel model(link);
  std::string text;
  for (const AtomId function : link.call_order)
    for (const PlacedSymbol& symbol : model.symbols_in(function)) {
      text += symbol.name;
      text += '\n';
    }
  return text;
}

std::vector<Extraction> first_reasons(const Link& link) {
  std::vector<Extraction> reasons = link.extractions;
  std::erase_if(reasons, [&](const Extraction& e) { return link.inputs.by_id[e.member.value] == nullptr; });
  const auto by_member = [](const Extraction& a, const Extraction& b) { return a.member < b.member; };
  std::stable_sort(reasons.begin(), reasons.end(), by_member);
  const auto is_same = [](const Extraction& a, const Extraction& b) { return a.member == b.member; };
  reasons.erase(std::unique(reasons.begin(), reasons.end(), is_same), reasons.end());
  return reasons;
}

std::vector<AtomId> removed_atoms(const Link& link) {
  std::vector<AtomId> removed;
  if (!has_liveness(link)) return removed;
  for (const InputFile* file : link.inputs.files) {
    for (uint32_t i = file->first_atom.value; i < file->first_atom.value + file->atom_count; i++)
      if (!link.is_live[i] && link.atoms[i].size != 0) removed.push_back(AtomId{i});
  }
  return removed;
}

std::vector<CommonSymbol> common_symbols(const Link& link) {
  std::vector<CommonSymbol> commons;
  for (uint32_t i = 0; i < link.linker_atom_count; i++) {
    const Atom& atom = link.atoms[link.first_linker_atom.value + i];
    const SymbolId symbol{atom.raw};
    commons.push_back({symbol, atom.size, &link.inputs.file(link.symbols.claim(symbol).file())});
  }
  return commons;
}

std::vector<LostGroup> lost_groups(const Link& link) {
  std::vector<LostGroup> groups;
  for (const InputFile* file : link.inputs.files) {
    for (const InputGroup& group : file->groups) {
      if (!group.key.is_valid() || group.key.value >= link.group_owners.size()) continue;
      const FileId owner{link.group_owners[group.key.value]};
      if (owner.is_valid() && owner != file->id)
        groups.push_back({link.symbols.name(group.key), file, &link.inputs.file(owner)});
    }
  }
  return groups;
}

std::vector<LinkerSymbol> linker_symbols(const Link& link) {
  std::vector<LinkerSymbol> symbols;
  if (!has_addresses(link)) return symbols;
  constexpr uint32_t kMade = symbol_flag::kLinkerMade | symbol_flag::kDefined;
  for (uint32_t i = 0; i < link.symbols.size(); i++) {
    const SymbolId id{i};
    if ((link.symbols.flags(id) & kMade) == kMade) symbols.push_back({link.symbols.name(id), link.symbol_addresses[i]});
  }
  std::sort(symbols.begin(), symbols.end(), [](const LinkerSymbol& a, const LinkerSymbol& b) {
    return std::tie(a.address, a.name) < std::tie(b.address, b.name);
  });
  return symbols;
}

}  // namespace xld
