// See folding.h. Functions with a personality, a language-specific area or a call frame record of their own stay apart:
// these are not compared. What is left of an entry is its length and 32 bits.
#include "formats/macho/folding.h"

#include <algorithm>

#include "formats/macho/object.h"
#include "formats/macho/unwind_input.h"

namespace xld::macho {

namespace {

std::optional<uint64_t> unwind_kind(const MachoObject& object, AtomId function, uint64_t size) {
  const auto begin = std::lower_bound(object.unwind.begin(), object.unwind.end(), function,
                                      [](const UnwindEntry& entry, AtomId id) { return entry.function < id; });
  auto end = begin;
  while (end != object.unwind.end() && end->function == function) ++end;
  if (begin == end) return 0;
  const bool is_plain = end - begin == 1 && begin->offset == 0 && begin->length <= size && begin->frame == kNoFrame &&
                        !begin->has_personality() && !begin->lsda.is_valid();
  return is_plain ? std::optional((uint64_t{begin->length} + 1) << 32 | begin->encoding) : std::nullopt;
}

}  // namespace

std::optional<uint64_t> fold_kind(const Link& link, const InputFile& file, const Atom& atom) {
  const MachoObject& object = object_of(file);
  if (!object.has_subsections) return std::nullopt;
  const Subsection& piece = object.subsections[atom.raw];
  if (atom.has(atom_flag::kExecutable)) return unwind_kind(object, piece.atom, atom.size);
  // Programs walk other sections from one end to the other.
  const std::string_view output = state_of(link).section_keys.keys()[atom.section.value].name;
  return output == "__TEXT,__const" || output == "__DATA,__const" ? std::optional<uint64_t>(0) : std::nullopt;
}

}  // namespace xld::macho
