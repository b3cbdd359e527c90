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
                        link.format->section_name(link, atom));
  }
  return text;
}

}  // namespace xld
