// --print-gc-sections, in lld's words.
#include <fmt/core.h>

#include "ld/reports/map.h"
#include "ld/reports/reports.h"

namespace xld {

std::string list_removed_sections(const Link& link) {
  std::string text;
  for (const AtomId id : removed_atoms(link)) {
    const Atom& atom = link.atom(id);
    text += fmt::format("removing unused section {}:({})\n", link.inputs.file(atom.file).display_name(),
                        link.format->describe->atom_section(link, atom));
  }
  return text;
}

std::string list_folded_sections(const Link& link) {
  const auto name = [&](AtomId id) {
    const Atom& atom = link.atom(id);
    return fmt::format("{}:({})", link.inputs.file(atom.file).display_name(),
                       link.format->describe->atom_section(link, atom));
  };
  std::string text;
  AtomId previous;
  for (const FoldedAtom& pair : link.folded) {
    if (pair.leader != previous) text += fmt::format("selected section {}\n", name(pair.leader));
    text += fmt::format("  removing identical section {}\n", name(pair.atom));
    previous = pair.leader;
  }
  return text;
}

}  // namespace xld
