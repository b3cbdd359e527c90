// What shared libraries need in turn: where those libraries are found, and whether all of their names are.
//
// The manual of GNU ld, -rpath-link, --[no-]allow-shlib-undefined, --as-needed and --copy-dt-needed-entries; ld.so(8)
// for $ORIGIN. Of libraries that are only needed by others nothing is kept: they are opened if a name is missing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/elf/shared_object.h"
#include "formats/format.h"

namespace xld::elf {

// Where a library is searched that another one needs.
class NeedFinder {
 public:
  explicit NeedFinder(const Link& link);

  struct Found {
    std::string path;
    Bytes bytes;
  };
  // The library `name`, needed by `user`, whose file is at `user_path`. Files for other CPUs are passed over.
  std::optional<Found> find(std::string_view name, const SharedObject& user, std::string_view user_path) const;

 private:
  std::optional<Found> open(const std::string& path) const;
  std::optional<Found> find_in(const std::vector<std::string>& directories, std::string_view name) const;

  const Link& link_;
  std::vector<std::string> first_;  // before what the user of the library says
  std::vector<std::string> last_;   // after it: the system's
};

// Format::settle_libraries. --as-needed: a library is needed, too, if a needed library refers to a name of it without
// saying so. Then, unless --allow-shlib-undefined is in force, names that needed libraries refer to and that neither
// the output nor any library provides are errors.
void settle_libraries(Link& link);

}  // namespace xld::elf
