// ElfState: what the ELF format keeps for itself during a link (Link::format_state).
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string_view>
#include <vector>

#include "formats/format.h"

namespace xld::elf {

class FrameChunk;
class SectionNamesChunk;
class BuildIdChunk;
class SymbolTableChunk;

// The output sections input sections ask for. Ids are given in the order of arrival, which depends on threads: plan() puts
// them in the order of their first atom.
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

struct ElfState : FormatState {
  explicit ElfState(uint32_t workers) : section_keys(workers) {}

  SectionKeys section_keys;

  // Chunks that others ask for facts; owned by Link::chunks.
  FrameChunk* frames = nullptr;
  SectionNamesChunk* section_names = nullptr;
  BuildIdChunk* build_id = nullptr;
  SymbolTableChunk* symbol_table = nullptr;

  bool uses_gnu_extensions = false;  // a symbol type or binding of the GNU ABI is in the output
  uint32_t local_symbol_count = 0;   // of .symtab: its sh_info
};

inline ElfState& state_of(const Link& link) { return static_cast<ElfState&>(*link.format_state); }

}  // namespace xld::elf
