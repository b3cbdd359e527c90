// Interning of names: open addressing over 8-byte slots, 32 hash bits beside the id, names compared on a tag match.
// See symbol_table.h.
#include "core/symbol_table.h"

#include <bit>
#include <utility>

#include "core/hash.h"

namespace xld {

namespace {
constexpr size_t kInitialSlots = 1 << 12;
uint32_t tag_of(uint64_t hash) {
  return static_cast<uint32_t>(hash >> 32);
}
}  // namespace

SymbolTable::SymbolTable() : slots_(kInitialSlots), mask_(kInitialSlots - 1) {}

SymbolId SymbolTable::intern(std::string_view name) {
  return intern(name, hash_name(name));
}

SymbolId SymbolTable::intern(std::string_view name, uint64_t hash) {
  if (names_.size() * 2 >= slots_.size()) rehash(slots_.size() * 2);
  ProbeLimit limit;
  uint64_t i = hash;
  for (; slots_[i & mask_].id_plus_one != 0; i++) {
    const Slot& slot = slots_[i & mask_];
    const bool is_equal_tag = slot.tag == tag_of(hash);
    if (is_equal_tag && names_[slot.id_plus_one - 1] == name) return SymbolId{slot.id_plus_one - 1};
    if (!limit.allows_step(is_equal_tag)) {
      const auto [found, is_new] = crowded_out_.try_emplace(name, SymbolId{names_.size()});
      return is_new ? append(name, hash) : found->second;
    }
  }
  if (const auto found = crowded_out_.find(name); found != crowded_out_.end()) return found->second;
  slots_[i & mask_] = {tag_of(hash), static_cast<uint32_t>(names_.size() + 1)};
  return append(name, hash);
}

SymbolId SymbolTable::append(std::string_view name, uint64_t hash) {
  names_.push_back(name);
  hashes_.push_back(hash);
  claims_.push_back(Claim::kNone);
  flags_.push_back(0);
  atoms_.emplace_back();
  values_.push_back(0);
  return SymbolId{names_.size() - 1};
}

SymbolId SymbolTable::find(std::string_view name) const {
  return find(name, hash_name(name));
}

SymbolId SymbolTable::find(std::string_view name, uint64_t hash) const {
  ProbeLimit limit;
  for (uint64_t i = hash; slots_[i & mask_].id_plus_one != 0; i++) {
    const Slot& slot = slots_[i & mask_];
    const bool is_equal_tag = slot.tag == tag_of(hash);
    if (is_equal_tag && names_[slot.id_plus_one - 1] == name) return SymbolId{slot.id_plus_one - 1};
    if (!limit.allows_step(is_equal_tag)) break;
  }
  const auto found = crowded_out_.find(name);
  return found == crowded_out_.end() ? SymbolId() : found->second;
}

void SymbolTable::reserve(size_t count) {
  names_.reserve(count);
  hashes_.reserve(count);
  claims_.reserve(count);
  flags_.reserve(count);
  atoms_.reserve(count);
  values_.reserve(count);
  if (slots_.size() < count * 2) rehash(std::bit_ceil(count * 2));
}

void SymbolTable::rehash(size_t slot_count) {
  const LargeVector<Slot> old = std::exchange(slots_, LargeVector<Slot>(slot_count));
  mask_ = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.id_plus_one == 0) continue;
    const uint32_t id = slot.id_plus_one - 1;
    ProbeLimit limit;
    uint64_t i = hashes_[id];
    while (slots_[i & mask_].id_plus_one != 0 && limit.allows_step(false)) i++;
    if (slots_[i & mask_].id_plus_one != 0) {
      crowded_out_.emplace(names_[id], SymbolId{id});
    } else {
      slots_[i & mask_] = slot;
    }
  }
}

void SymbolTable::withdraw_claims() {
  std::fill(claims_.begin(), claims_.end(), Claim::kNone);
  std::fill(flags_.begin(), flags_.end(), 0);
}

}  // namespace xld
