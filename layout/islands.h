// Islands: pieces of code between atoms that lead on to targets which a branch does not reach by itself.
//
// Data only: ld/islands.h decides where they are and what they hold. An island serves the atoms before it, back to the
// one before. Its thunks are sorted by target, so that nothing depends on the order in which branches were found.
#pragma once

#include <algorithm>
#include <compare>
#include <memory>
#include <vector>

#include "arch/arch.h"
#include "core/chunk.h"
#include "core/ids.h"

namespace xld {

// Where a branch goes: a symbol, or an atom of the same file; and how far behind its start.
struct BranchTarget {
  SymbolId symbol;  // not valid: an atom
  AtomId atom;
  int64_t offset = 0;
  auto operator<=>(const BranchTarget&) const = default;
};

class IslandChunk : public Chunk {
 public:
  explicit IslandChunk(const Arch& arch) : arch_(arch) { alignment = arch.function_alignment; }

  uint64_t size() const override { return uint64_t{targets.size()} * arch_.thunk_size; }
  void write(MutableBytes out) const override {
    for (size_t i = 0; i < targets.size(); i++)
      arch_.write_thunk(out.subspan(i * arch_.thunk_size, arch_.thunk_size), thunk_address(i), target_addresses[i]);
  }

  bool has(const BranchTarget& target) const { return std::binary_search(targets.begin(), targets.end(), target); }
  // Of a target it has.
  uint64_t address_of(const BranchTarget& target) const {
    return thunk_address(
        static_cast<size_t>(std::lower_bound(targets.begin(), targets.end(), target) - targets.begin()));
  }

  std::vector<BranchTarget> targets;       // ascending
  std::vector<uint64_t> target_addresses;  // known when nothing moves any more

 private:
  uint64_t thunk_address(size_t index) const { return address + index * arch_.thunk_size; }

  const Arch& arch_;
};

struct Islands {
  std::vector<std::unique_ptr<IslandChunk>> all;
  std::vector<std::vector<IslandChunk*>> by_section;  // ascending; none for sections without code

  // The island for the code at an address of a section.
  IslandChunk* at(SectionId section, uint64_t address) const {
    if (section.value >= by_section.size()) return nullptr;
    const auto& list = by_section[section.value];
    const auto found = std::partition_point(list.begin(), list.end(),
                                            [&](const IslandChunk* island) { return island->address <= address; });
    return found == list.end() ? nullptr : *found;
  }
};

}  // namespace xld
