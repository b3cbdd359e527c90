// MapModel: what both forms of the map tell: sections with their contents, symbols by place, why members were taken.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/format.h"

namespace xld {

struct PlacedSymbol {
  AtomId atom;
  uint64_t offset = 0;
  uint64_t size = 0;
  std::string_view name;
  std::string_view scope;  // "local", "global", "weak"
};

struct MapEntry {
  enum class Kind : uint8_t {
    Input,   // an input section, copied whole
    Common,  // memory for a common symbol
    Linker,  // made by the linker
    Shared,  // an input section whose contents went into a Linker entry of the section: merged or rewritten
  };
  Kind kind = Kind::Input;
  AtomId atom;           // not for Linker
  uint64_t address = 0;  // not for Shared; of sections that are not loaded, the offset in the section
  uint64_t size = 0;
  uint64_t alignment = 1;
};

struct CommonSymbol {
  SymbolId symbol;
  uint64_t size = 0;
  const InputFile* file = nullptr;  // whose offer won
};

// A group, such as an inline function, that another file provides.
struct LostGroup {
  std::string_view name;
  const InputFile* file = nullptr;
  const InputFile* provider = nullptr;
};

struct LinkerSymbol {
  std::string_view name;
  uint64_t address = 0;
};

class MapModel {
 public:
  explicit MapModel(const Link& link);

  // Ascending by address, Shared ones last.
  std::vector<MapEntry> entries_of(SectionId section) const;
  std::span<const PlacedSymbol> symbols_in(AtomId atom) const;
  uint64_t address_of(const PlacedSymbol& symbol) const;
  // "main.o:(.text)"
  std::string input_name(const MapEntry& entry) const;

 private:
  void add_symbols_of(const InputFile& file);

  const Link& link_;
  std::vector<PlacedSymbol> symbols_;              // by atom and offset
  std::vector<std::vector<AtomId>> shared_atoms_;  // by section
};

// One reason for each extracted member, in the order of the files.
std::vector<Extraction> first_reasons(const Link& link);
// Live or not, in order; empty sections say nothing. Before liveness is known: none.
std::vector<AtomId> removed_atoms(const Link& link);
std::vector<CommonSymbol> common_symbols(const Link& link);
std::vector<LostGroup> lost_groups(const Link& link);
// By address.
std::vector<LinkerSymbol> linker_symbols(const Link& link);

}  // namespace xld
