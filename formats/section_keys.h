// SectionKeys: the output sections that input sections ask for, as small numbers, while files are read by many threads;
// and the steps of a plan that start from them and are the same in every format: which atoms are written and where to,
// and sections in the order of their ranks.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string_view>
#include <tuple>
#include <vector>

#include "formats/format.h"

namespace xld {

// Ids are given in the order of arrival, which depends on threads: plan()
// puts them in the order of their first atom.
class SectionKeys {
 public:
  explicit SectionKeys(uint32_t workers) : caches_(workers) {}

  // `name` must live as long as the link.
  SectionId intern(uint32_t worker, std::string_view name, uint32_t type, uint64_t flags);
  const std::vector<SectionKey>& keys() const { return keys_; }

 private:
  static constexpr size_t kCacheSize = 64;
  struct CacheEntry {
    const char* name = nullptr;
    uint32_t type = 0;
    uint64_t flags = 0;
    SectionId id;
  };
  struct Cache {
    CacheEntry entries[kCacheSize];
  };

  std::mutex mutex_;
  std::map<std::tuple<std::string_view, uint32_t, uint64_t>, uint32_t> ids_;
  std::vector<SectionKey> keys_;
  std::vector<Cache> caches_;
};

// Goes through the atoms that are written, in input order. `section_for` finds or makes the output section of a key, at
// its first atom; `take` puts an atom there, whose `section` is an index of Layout::sections from then on.
template <class SectionFor, class Take>
void collect_atoms(Link& link, const SectionKeys& keys, SectionFor section_for, Take take) {
  std::vector<SectionId> section_of_key(keys.keys().size());
  const auto collect = [&](uint32_t begin, uint32_t count) {
    for (uint32_t i = begin; i < begin + count; i++) {
      Atom& atom = link.atoms[i];
      if (!link.is_live[i] || atom.has(atom_flag::kFolded)) continue;
      SectionId& known = section_of_key[atom.section.value];
      if (!known.is_valid()) known = section_for(keys.keys()[atom.section.value]);
      atom.section = known;
      take(AtomId{i}, atom);
    }
  };
  for (const InputFile* file : link.inputs.files) collect(file->first_atom.value, file->atom_count);
  collect(link.first_linker_atom.value, link.linker_atom_count);
}

// Puts Layout::sections in the order of their ranks and tells the atoms that are written the new numbers.
void sort_sections_by_rank(Link& link);

}  // namespace xld
