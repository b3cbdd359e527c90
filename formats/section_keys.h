// SectionKeys: the output sections that input sections ask for, as small numbers, while files are read by many threads.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string_view>
#include <tuple>
#include <vector>

#include "formats/format.h"

namespace xld {

// The output sections input sections ask for. Ids are given in the order of arrival, which depends on threads: plan()
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

}  // namespace xld
