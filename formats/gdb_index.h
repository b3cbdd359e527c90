// The contents of .gdb_index: where GDB finds units by address and by name without reading them. GDB's manual, "Index
// Section Format", version 7.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/parallel.h"

namespace xld {

struct GdbIndexUnit {
  uint64_t offset = 0, size = 0;
};

struct GdbIndexType {
  uint64_t offset = 0, type_offset = 0, signature = 0;
};

// `unit` counts units first, then types.
struct GdbIndexRange {
  uint64_t low = 0, high = 0;
  uint32_t unit = 0;
};

struct GdbIndexName {
  std::string_view name;
  uint32_t unit = 0;
  uint8_t kind = 0;  // as in PublicName
};

struct GdbIndexFacts {
  std::vector<GdbIndexUnit> units;
  std::vector<GdbIndexType> types;
  std::vector<GdbIndexRange> ranges;
  std::vector<std::vector<GdbIndexName>> names;  // in several lists, of one file each
};

// The same bytes at any number of threads.
std::vector<uint8_t> make_gdb_index(ThreadPool& pool, const GdbIndexFacts& facts);

}  // namespace xld
