// See commons.h. Size and alignment are the maxima over all offers, also those that lost to a larger one.
#include "ld/commons.h"

#include <algorithm>

namespace xld {

uint32_t count_common_symbols(const Link& link) {
  size_t count = 0;
  for (const InputFile* file : link.inputs.files) count += file->commons.size();
  return static_cast<uint32_t>(count);
}

namespace {

void grow(Atom& atom, const CommonOffer& offer) {
  atom.size = std::max(atom.size, offer.size);
  atom.alignment_log2 = std::max(atom.alignment_log2, offer.alignment_log2);
}

Atom make_atom(Link& link, const CommonOffer& offer, SymbolId name) {
  Atom atom;
  atom.file = FileId{0u};
  atom.raw = name.value;
  atom.flags = atom_flag::kAllocated | atom_flag::kWritable | atom_flag::kZeroFill |
               (offer.is_thread_local ? atom_flag::kThreadLocal : 0);
  atom.section = link.format->common_section(link, offer);
  return atom;
}

// GNU ld tells apart alignments up to 16 only.
void sort_by_alignment(Link& link) {
  const CommonOrder order = link.options().common_order;
  if (order == CommonOrder::FirstSeen) return;
  const auto rank = [&](const Atom& atom) {
    const int capped = std::min<int>(atom.alignment_log2, 4);
    return order == CommonOrder::RisingAlignment ? capped : -capped;
  };
  Atom* const begin = &link.atoms[link.first_linker_atom.value];
  std::stable_sort(begin, begin + link.linker_atom_count,
                   [&](const Atom& a, const Atom& b) { return rank(a) < rank(b); });
  for (uint32_t i = 0; i < link.linker_atom_count; i++)
    link.symbols.place(SymbolId{begin[i].raw}, AtomId{link.first_linker_atom.value + i}, 0);
}

}  // namespace

void compare_commons_with_libraries(Link& link) {
  const auto& files = link.inputs.files;
  const bool has_commons = std::any_of(files.begin(), files.end(), [](auto* file) { return !file->commons.empty(); });
  if (!link.format->library_variable || !has_commons) return;
  for (const InputFile* library : link.inputs.libraries) {
    for (uint32_t i = 0; i < library->globals.size(); i++) {
      const SymbolId id = library->globals[i];
      if (link.symbols.claim(id).claim_class() != ClaimClass::Common) continue;
      const auto variable = link.format->library_variable(*library, library->first_global + i);
      if (!variable) continue;
      if (variable->is_zero_fill || variable->is_weak) {
        link.least_commons.try_emplace(id, *variable);
      } else {
        link.symbols.withdraw(id);
        link.symbols.offer(id, Claim::make(ClaimClass::Outside, library->id, library->first_global + i));
        link.symbols.add_flags(id, symbol_flag::kReferenced | symbol_flag::kStronglyReferenced);
      }
    }
  }
}

void make_common_atoms(Link& link) {
  uint32_t next = link.first_linker_atom.value;
  for (const InputFile* file : link.inputs.files) {
    for (const CommonOffer& offer : file->commons) {
      const SymbolId id = file->globals[offer.global];
      if (link.symbols.claim(id).claim_class() != ClaimClass::Common) continue;
      if (!link.symbols.atom(id).is_valid()) {
        link.atoms[next] = make_atom(link, offer, id);
        link.symbols.place(id, AtomId{next++}, 0);
        link.symbols.add_flags(
            id, symbol_flag::kDefined | symbol_flag::kObject | (offer.is_thread_local ? symbol_flag::kThreadLocal : 0));
      }
      grow(link.atom(link.symbols.atom(id)), offer);
    }
  }
  for (const auto& [id, variable] : link.least_commons) {
    Atom& atom = link.atom(link.symbols.atom(id));
    atom.size = std::max(atom.size, variable.size);
    atom.alignment_log2 = std::max(atom.alignment_log2, variable.alignment_log2);
  }
  link.linker_atom_count = next - link.first_linker_atom.value;
  if (link.linker_atom_count != 0) sort_by_alignment(link);
}

}  // namespace xld
