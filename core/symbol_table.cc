// Interning of names: open addressing over 8-byte slots, 32 hash bits beside the id, names compared on a tag match.
// See symbol_table.h.
#include "core/symbol_table.h"

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
  if (names_.size() * 2 >= slots_.size()) grow();
  for (uint64_t i = hash;; i++) {
    Slot& slot = slots_[i & mask_];
    if (slot.id_plus_one == 0) {
      slot = {tag_of(hash), static_cast<uint32_t>(names_.size() + 1)};
      names_.push_back(name);
      hashes_.push_back(hash);
      claims_.push_back(Claim::kNone);
      flags_.push_back(0);
      atoms_.emplace_back();
      values_.push_back(0);
      return SymbolId{slot.id_plus_one - 1};
    }
    if (slot.tag == tag_of(hash) && names_[slot.id_plus_one - 1] == name) return SymbolId{slot.id_plus_one - 1};
  }
}

SymbolId SymbolTable::find(std::string_view name) const {
  const uint64_t hash = hash_name(name);
  for (uint64_t i = hash;; i++) {
    const Slot& slot = slots_[i & mask_];
    if (slot.id_plus_one == 0) return {};
    if (slot.tag == tag_of(hash) && names_[slot.id_plus_one - 1] == name) return SymbolId{slot.id_plus_one - 1};
  }
}

void SymbolTable::reserve(size_t count) {
  names_.reserve(count);
  hashes_.reserve(count);
  claims_.reserve(count);
  flags_.reserve(count);
  atoms_.reserve(count);
  values_.reserve(count);
  while (slots_.size() < count * 2) grow();
}

void SymbolTable::grow() {
  const size_t size = slots_.size() * 2;
  slots_.assign(size, Slot{});
  mask_ = size - 1;
  for (uint32_t id = 0; id < hashes_.size(); id++) {
    uint64_t i = hashes_[id];
    while (slots_[i & mask_].id_plus_one != 0) i++;
    slots_[i & mask_] = {tag_of(hashes_[id]), id + 1};
  }
}

void SymbolTable::withdraw_claims() {
  std::fill(claims_.begin(), claims_.end(), Claim::kNone);
  std::fill(flags_.begin(), flags_.end(), 0);
}

}  // namespace xld
