// Interning of section keys. See section_keys.h.
#include "formats/section_keys.h"

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

}  // namespace xld
