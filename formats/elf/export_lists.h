// Which names the options list one by one: --dynamic-list, --export-dynamic-symbol and their like.
//
// As GNU ld has them: a listed name is exported, and others may replace it whatever -Bsymbolic says; of a shared
// library with a --dynamic-list, all other names are bound to the library itself.
#pragma once

#include <memory>

#include "formats/elf/version_matcher.h"
#include "formats/elf/version_script.h"
#include "formats/format.h"

namespace xld::elf {

class ExportLists {
 public:
  explicit ExportLists(Link& link);

  // `flags` are those of the symbol. Any thread.
  bool contains(std::string_view name, uint32_t flags) const;

  // Names that are not listed are bound here.
  bool binds_others() const { return binds_others_; }

 private:
  void read_files(Link& link);
  void add_options(Link& link);

  VersionScript names_;  // one node
  std::unique_ptr<VersionMatcher> matcher_;
  bool lists_data_ = false;
  bool binds_others_ = false;
};

}  // namespace xld::elf
