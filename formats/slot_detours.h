// Where the output keeps runtime slots, and the code that reaches them by a detour (--tls-indirect).
#pragma once

#include "core/chunk.h"
#include "formats/format.h"

namespace xld {

// What code finds in a slot's place; `displacement` counts from the thread register.
SlotPlace place_of_slot(const Link& link, int64_t displacement);

x86::Mode instruction_mode(const Link& link);

// The code of Link::slot_detours, one behind the other.
class SlotDetoursChunk : public Chunk {
 public:
  explicit SlotDetoursChunk(const Link& link) : link_(link) { alignment = 16; }
  uint64_t size() const override { return link_.slot_detours.size() * kDetourSize; }
  void write(MutableBytes out) const override;

  uint64_t address_of(size_t index) const { return address + index * kDetourSize; }

 private:
  const Link& link_;
};

}  // namespace xld
