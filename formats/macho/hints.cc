// See hints.h. A hint is a kind, a number of addresses and those, all ULEB128.
#include "formats/macho/hints.h"

#include <algorithm>
#include <vector>

#include "arch/arm64_sequences.h"
#include "core/leb128.h"
#include "formats/macho/object.h"

namespace xld::macho {

std::span<const Hint> read_hints(Bytes table, Arena& arena) {
  std::vector<Hint> hints;
  uint64_t position = 0;
  while (position < table.size()) {
    const auto kind = read_uleb(table, position);
    const auto count = kind && *kind != 0 ? read_uleb(table, position) : std::nullopt;
    if (!count || *count < 2 || *count > 3 || *kind > static_cast<uint8_t>(arm64::Sequence::PageSlot)) break;
    Hint hint;
    hint.kind = static_cast<uint8_t>(*kind);
    hint.count = static_cast<uint8_t>(*count);
    bool is_whole = true;
    for (uint32_t i = 0; i < *count; i++) {
      const auto address = read_uleb(table, position);
      is_whole &= address.has_value();
      hint.addresses[i] = address.value_or(0);
    }
    if (!is_whole) break;
    hints.push_back(hint);
  }
  std::stable_sort(hints.begin(), hints.end(),
                   [](const Hint& a, const Hint& b) { return a.addresses[0] < b.addresses[0]; });
  const std::span<Hint> kept = arena.allocate_array<Hint>(hints.size());
  std::copy(hints.begin(), hints.end(), kept.begin());
  return kept;
}

namespace {

void apply(const Hint& hint, const Subsection& piece, const Atom& atom, MutableBytes out) {
  std::array<arm64::CodePlace, 3> places;
  for (uint32_t i = 0; i < hint.count; i++) {
    const uint64_t offset = hint.addresses[i] - piece.address;
    if (hint.addresses[i] < piece.address || offset % 4 != 0 || !contains(out, offset, 4)) return;
    places[i] = {atom.address + offset, out.data() + offset};
  }
  arm64::shorten_sequence(static_cast<arm64::Sequence>(hint.kind), {places.data(), hint.count});
}

}  // namespace

void apply_hints(const Link& link, const InputFile& file, const Atom& atom, MutableBytes out) {
  const MachoObject& object = object_of(file);
  if (object.hints.empty() || link.options().darwin.ignores_hints || !atom.has(atom_flag::kExecutable)) return;
  const Subsection& piece = object.subsections[atom.raw];
  const auto first = std::lower_bound(object.hints.begin(), object.hints.end(), piece.address,
                                      [](const Hint& hint, uint64_t address) { return hint.addresses[0] < address; });
  // Pages that are asked for twice come last: they count on what is left.
  for (const bool is_twice : {false, true})
    for (auto hint = first; hint != object.hints.end() && hint->addresses[0] < piece.address + atom.size; ++hint)
      if ((hint->kind == static_cast<uint8_t>(arm64::Sequence::PageTwice)) == is_twice) apply(*hint, piece, atom, out);
}

}  // namespace xld::macho
