// See gdb_index.h.
//
// Names are dealt out to shards by their hashes; each shard finds equals on its own, in the order of the input. The
// shards follow each other in the constant pool, and names enter the hash table in that order.
#include "formats/gdb_index.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "core/bytes.h"
#include "core/hash.h"

namespace xld {

namespace {

constexpr uint32_t kVersion = 7;
constexpr size_t kShards = 16;
constexpr uint32_t kHeaderSize = 24;
constexpr uint32_t kMaxUnit = 0xffffff;

// One name with the units that have it, as words of the format: the unit in bits 0 to 23, the kind above.
struct Entry {
  std::string_view name;
  std::vector<uint32_t> units;
  uint32_t vector_offset = 0, name_offset = 0;  // in the constant pool
};

struct ShardHash {
  size_t operator()(std::string_view name) const { return hash_name(name); }
};

std::vector<Entry> collect_shard(const GdbIndexFacts& facts, const std::vector<std::vector<uint64_t>>& hashes,
                                 size_t shard) {
  std::vector<Entry> entries;
  std::unordered_map<std::string_view, size_t, ShardHash> places;
  for (size_t list = 0; list < facts.names.size(); list++) {
    for (size_t i = 0; i < facts.names[list].size(); i++) {
      if (hashes[list][i] % kShards != shard) continue;
      const GdbIndexName& name = facts.names[list][i];
      const auto [found, is_new] = places.try_emplace(name.name, entries.size());
      if (is_new) entries.push_back({name.name, {}, 0, 0});
      entries[found->second].units.push_back(name.unit | uint32_t{name.kind} << 24);
    }
  }
  for (Entry& entry : entries) {
    std::ranges::sort(entry.units);
    entry.units.erase(std::ranges::unique(entry.units).begin(), entry.units.end());
  }
  return entries;
}

// GDB's hash of names, which does not tell case apart.
uint32_t hash_of(std::string_view name) {
  uint32_t hash = 0;
  for (const char c : name) {
    const auto lower = static_cast<uint8_t>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    hash = hash * 67 + lower - 113;
  }
  return hash;
}

class Writer {
 public:
  Writer(ThreadPool& pool, const GdbIndexFacts& facts) : pool_(pool), facts_(facts) {}

  std::vector<uint8_t> write() {
    collect_names();
    place_names();
    if (pool_offset_ + pool_size_ > UINT32_MAX) return {};
    std::vector<uint8_t> out(pool_offset_ + pool_size_);
    out_ = out.data();
    const uint32_t units = kHeaderSize, types = units + static_cast<uint32_t>(facts_.units.size()) * 16;
    const uint32_t ranges = types + static_cast<uint32_t>(facts_.types.size()) * 24;
    const uint32_t table = ranges + static_cast<uint32_t>(facts_.ranges.size()) * 20;
    for (const uint32_t word : {kVersion, units, types, ranges, table, static_cast<uint32_t>(pool_offset_)}) put(word);
    for (const GdbIndexUnit& unit : facts_.units) put(unit.offset), put(unit.size);
    for (const GdbIndexType& type : facts_.types) put(type.offset), put(type.type_offset), put(type.signature);
    for (const GdbIndexRange& range : facts_.ranges) put(range.low), put(range.high), put(range.unit);
    write_table(out.data() + table);
    write_pool(out.data() + pool_offset_);
    return out;
  }

 private:
  template <class T>
  void put(T value) {
    store(out_, value);
    out_ += sizeof(T);
  }

  void collect_names() {
    std::vector<std::vector<uint64_t>> hashes(facts_.names.size());
    parallel_for(pool_, facts_.names.size(), 1, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; i++)
        for (const GdbIndexName& name : facts_.names[i]) hashes[i].push_back(hash_name(name.name));
    });
    shards_.resize(kShards);
    parallel_for(pool_, kShards, 1, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; i++) shards_[i] = collect_shard(facts_, hashes, i);
    });
  }

  void place_names() {
    size_t count = 0;
    for (auto& shard : shards_) {
      for (Entry& entry : shard) {
        entry.vector_offset = static_cast<uint32_t>(pool_size_);
        pool_size_ += 4 + 4 * entry.units.size();
        count++;
      }
    }
    for (auto& shard : shards_) {
      for (Entry& entry : shard) {
        entry.name_offset = static_cast<uint32_t>(pool_size_);
        pool_size_ += entry.name.size() + 1;
      }
    }
    // A quarter stays empty, so that searches are short.
    slot_count_ = count == 0 ? 0 : static_cast<uint32_t>(std::bit_ceil(count + count / 3 + 1));
    pool_offset_ = kHeaderSize + facts_.units.size() * 16 + facts_.types.size() * 24 + facts_.ranges.size() * 20 +
                   uint64_t{slot_count_} * 8;
  }

  void write_table(uint8_t* table) const {
    std::vector<bool> is_taken(slot_count_);
    for (const auto& shard : shards_) {
      for (const Entry& entry : shard) {
        const uint32_t hash = hash_of(entry.name);
        const uint32_t step = ((hash * 17) & (slot_count_ - 1)) | 1;
        uint32_t slot = hash & (slot_count_ - 1);
        while (is_taken[slot]) slot = (slot + step) & (slot_count_ - 1);
        is_taken[slot] = true;
        store(table + size_t{slot} * 8, entry.name_offset);
        store(table + size_t{slot} * 8 + 4, entry.vector_offset);
      }
    }
  }

  void write_pool(uint8_t* pool) const {
    parallel_for(pool_, shards_.size(), 1, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; i++) {
        for (const Entry& entry : shards_[i]) {
          store(pool + entry.vector_offset, static_cast<uint32_t>(entry.units.size()));
          for (size_t u = 0; u < entry.units.size(); u++) store(pool + entry.vector_offset + 4 + u * 4, entry.units[u]);
          std::ranges::copy(entry.name, pool + entry.name_offset);
        }
      }
    });
  }

  ThreadPool& pool_;
  const GdbIndexFacts& facts_;
  std::vector<std::vector<Entry>> shards_;
  uint32_t slot_count_ = 0;
  uint64_t pool_offset_ = 0, pool_size_ = 0;
  uint8_t* out_ = nullptr;
};

}  // namespace

std::vector<uint8_t> make_gdb_index(ThreadPool& pool, const GdbIndexFacts& facts) {
  if (facts.units.size() + facts.types.size() > kMaxUnit) return {};
  return Writer(pool, facts).write();
}

}  // namespace xld
