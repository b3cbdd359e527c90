// Format::plan of Mach-O.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "formats/format.h"

namespace xld::macho {

inline constexpr std::string_view kClassicPointerSection = "__DATA,__nl_symbol_ptr";

// The output sections of a plan in the making, by name. References end with the next section that is added.
class SectionsByName {
 public:
  explicit SectionsByName(std::vector<OutputSection>& sections) : sections_(sections) {}

  // A new one has this type.
  OutputSection& get(std::string_view name, uint32_t type) {
    const auto [found, is_new] = indexes_.try_emplace(name, static_cast<uint32_t>(sections_.size()));
    if (!is_new) return sections_[found->second];
    OutputSection& section = sections_.emplace_back();
    section.name = name;
    section.type = type;
    return section;
  }

  OutputSection* find(std::string_view name) {
    const auto found = indexes_.find(name);
    return found == indexes_.end() ? nullptr : &sections_[found->second];
  }

 private:
  std::vector<OutputSection>& sections_;
  std::map<std::string_view, uint32_t> indexes_;
};

void plan(Link& link);

// The same for -r.
void plan_relocatable(Link& link);

// The output section of that name, "__TEXT,__text"; nullptr if there is none.
const OutputSection* find_section(const Link& link, std::string_view name);

}  // namespace xld::macho
