// Places in code that begin an instruction, as far as files tell: where their symbols stand.
//
// For whoever decodes instructions (runtime slots, -z tls-seg): a section's beginning is one such place, but data in
// front of a function would lead a decoder astray. Made of a file's symbols when it is first asked about.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <vector>

#include "core/ids.h"

namespace xld {

struct Atom;
struct Link;

class CodeStarts {
 public:
  // Offsets in the atom, ascending. Any thread.
  std::span<const uint32_t> of(const Link& link, const Atom& atom);

 private:
  using Places = std::map<uint32_t, std::vector<uint32_t>>;  // by AtomId

  std::mutex mutex_;
  std::map<uint32_t, Places> by_file_;  // by FileId; what is in it stays where it is
};

}  // namespace xld
