// Interning of section keys. See section_keys.h.
#include "formats/section_keys.h"

#include <algorithm>
#include <numeric>

namespace xld {

SectionId SectionKeys::intern(uint32_t worker, std::string_view name, uint32_t type, uint64_t flags) {
  // Rule outputs are literals, so equal names of ordinary sections have equal addresses.
  const size_t hash = reinterpret_cast<uintptr_t>(name.data()) / 8 + type * 7 + flags * 31;
  CacheEntry& entry = caches_[worker].entries[hash % kCacheSize];
  if (entry.name == name.data() && entry.type == type && entry.flags == flags) return entry.id;

  const std::lock_guard lock(mutex_);
  const auto [found, is_new] = ids_.try_emplace({name, type, flags}, static_cast<uint32_t>(keys_.size()));
  if (is_new) keys_.push_back({name, type, flags});
  entry = {name.data(), type, flags, SectionId{found->second}};
  return entry.id;
}

void sort_sections_by_rank(Link& link) {
  std::vector<OutputSection>& sections = link.layout.sections;
  std::vector<uint32_t> order(sections.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return sections[a].rank < sections[b].rank; });
  std::vector<SectionId> new_ids(order.size());
  std::vector<OutputSection> sorted;
  sorted.reserve(order.size());
  for (const uint32_t old : order) {
    new_ids[old] = SectionId{sorted.size()};
    sorted.push_back(std::move(sections[old]));
  }
  sections = std::move(sorted);
  const auto renumber = [&](uint32_t begin, uint32_t count) {
    for (uint32_t i = begin; i < begin + count; i++) {
      Atom& atom = link.atoms[i];
      if (link.is_live[i] && !atom.has(atom_flag::kFolded)) atom.section = new_ids[atom.section.value];
    }
  };
  for (const InputFile* file : link.inputs.files) renumber(file->first_atom.value, file->atom_count);
  renumber(link.first_linker_atom.value, link.linker_atom_count);
}

}  // namespace xld
