// What relocs.cc needs of each CPU: its rows, and the dense table made of them.
#pragma once

#include <cstddef>

#include "formats/elf/relocs.h"

namespace xld::elf {

struct RelocRow {
  uint8_t raw_type;
  RelocMeaning meaning;
};

template <size_t count>
consteval RelocTable make_table(const RelocRow (&rows)[count]) {
  RelocTable table;
  for (const RelocRow& row : rows) {
    table[row.raw_type] = row.meaning;
    table[row.raw_type].is_known = true;
  }
  return table;
}

// Types that have a name but no place in relocatable input.
struct RelocName {
  uint8_t raw_type;
  const char* name;
};

template <size_t count>
consteval RelocTable add_names(RelocTable table, const RelocName (&names)[count]) {
  for (const RelocName& row : names) table[row.raw_type].name = row.name;
  return table;
}

extern const RelocTable kRelocsX86_64;
extern const RelocTable kRelocsI386;
extern const DynamicRelocTypes kDynamicRelocTypesX86_64;
extern const DynamicRelocTypes kDynamicRelocTypesI386;

}  // namespace xld::elf
