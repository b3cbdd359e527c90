// The last function that starts at or before an address.
#include "kernel_image/runtime/symbols.h"

namespace xrt XRT_HIDDEN {

namespace {

struct SymbolTable {
  static constexpr uint32_t kMagic = 0x4d595358;

  uint32_t magic;
  uint32_t count;
  uint64_t base;
  uint32_t numbers[];
};

extern "C" [[gnu::weak]] XRT_HIDDEN const SymbolTable __xrt_symbols;

}  // namespace

FoundSymbol find_symbol(uint64_t address) {
  const SymbolTable* table = &__xrt_symbols;
  if (table == nullptr || table->magic != SymbolTable::kMagic || address < table->base) return {nullptr, 0};
  const uint64_t wanted = address - table->base;
  const uint32_t* starts = table->numbers;
  uint32_t low = 0;  // functions before `low` start at or before the address
  for (uint32_t high = table->count; low < high;) {
    const uint32_t middle = low + (high - low) / 2;
    if (starts[middle] <= wanted)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == 0) return {nullptr, 0};
  const uint32_t* names = starts + table->count;
  const auto* strings = reinterpret_cast<const char*>(names + table->count);
  return {strings + names[low - 1], wanted - starts[low - 1]};
}

}  // namespace xrt XRT_HIDDEN
