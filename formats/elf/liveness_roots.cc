// See liveness_roots.h.
#include "formats/elf/liveness_roots.h"

#include <algorithm>

#include "formats/elf/elf.h"
#include "formats/elf/object.h"

namespace xld::elf {

namespace {

bool names_match(std::string_view name, std::string_view stem) {
  return name.starts_with(stem) && (name.size() == stem.size() || name[stem.size()] == '.');
}

}  // namespace

bool is_root(const Link& link, const InputFile& file, const Atom& atom) {
  // Debug information and the like live beside the code; sections that describe others live with them.
  if (atom.has(atom_flag::kFollowsOther)) return false;
  if (!atom.has(atom_flag::kAllocated) || atom.has(atom_flag::kRetained | atom_flag::kUnwind)) return true;
  const SectionFacts facts = section_facts(link, object_of(file), atom.raw);
  switch (facts.type) {
    case SHT_INIT_ARRAY:
    case SHT_FINI_ARRAY:
    case SHT_PREINIT_ARRAY:
      return true;
    case SHT_NOTE:
      return !(facts.flags & SHF_GROUP);
    default:
      break;
  }
  static constexpr std::string_view kKept[] = {".init",          ".fini",  ".init_array", ".fini_array",
                                               ".preinit_array", ".ctors", ".dtors",      ".jcr"};
  return std::any_of(std::begin(kKept), std::end(kKept), [&](auto stem) { return names_match(facts.name, stem); });
}

}  // namespace xld::elf
