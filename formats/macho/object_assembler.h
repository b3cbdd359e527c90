// ObjectAssembler: a Mach-O object in the making: sections that grow, symbols, relocation records. <mach-o/loader.h>.
//
// Symbols are named by SymbolRef until finish() has put them into the order that LC_DYSYMTAB wants.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "core/target.h"

namespace xld::macho {

struct SymbolRef {
  uint32_t index = UINT32_MAX;
  bool is_valid() const { return index != UINT32_MAX; }
};

// A place in the object.
struct ObjectPlace {
  uint32_t section = UINT32_MAX;
  uint64_t offset = 0;
  bool is_valid() const { return section != UINT32_MAX; }
};

struct BuiltSymbol {
  std::string name;
  ObjectPlace place;  // not valid: undefined, absolute or common, as `type` and `value` say
  uint64_t value = 0;
  uint8_t type = 0;  // N_EXT and its like; N_SECT follows from the place
  uint16_t desc = 0;
};

// One record; a pair is two of them.
struct BuiltReloc {
  uint64_t offset = 0;
  ObjectPlace scattered;  // i386, valid: the record names this place, neither symbol nor number
  SymbolRef symbol;       // not valid: `number` stands in its place
  uint32_t number = 0;    // 24 bits
  uint8_t type = 0;
  uint8_t length = 0;  // log2 of the field's size
  bool is_relative = false;
};

inline constexpr uint8_t kLongField = 2, kQuadField = 3;  // BuiltReloc::length
// A word with an address, on every CPU, and the first half of the distance between two.
inline constexpr uint8_t kUnsignedRecord = 0;
constexpr uint8_t subtractor_record(Cpu cpu) {
  return cpu == Cpu::Arm64 ? 1 : 5;
}
// The same on i386: two scattered records.
inline constexpr uint8_t kSectionDifferenceRecord = 2, kPairRecord = 1;

// Most of those that are made are of 32-bit distances.
inline BuiltReloc record_at(uint64_t offset, SymbolRef symbol, uint8_t type, bool is_relative = true,
                            uint8_t length = kLongField) {
  BuiltReloc record;
  record.offset = offset;
  record.symbol = symbol;
  record.type = type;
  record.length = length;
  record.is_relative = is_relative;
  return record;
}

class ObjectAssembler {
 public:
  explicit ObjectAssembler(Cpu cpu) : cpu_(cpu) {}

  // The section of that name, made if there is none; with contents and without are two. `flags` are those of the first
  // call. Names are cut to 16 bytes.
  uint32_t section(std::string_view segment, std::string_view name, uint32_t flags);

  // Puts bytes, or room if there are none, behind what the section has.
  ObjectPlace append(uint32_t section, Bytes bytes, uint64_t size, uint64_t alignment);

  SymbolRef add_symbol(BuiltSymbol symbol);
  BuiltSymbol& symbol(SymbolRef ref) { return symbols_[ref.index]; }

  void add_reloc(uint32_t section, const BuiltReloc& reloc) { sections_[section].relocs.push_back(reloc); }

  // A field of 4 or 8 bytes that holds the distance from itself to `target` (not valid: to address 0), counted in the
  // object's own addresses.
  void add_distance(ObjectPlace field, uint8_t size, ObjectPlace target, int64_t addend) {
    distances_.push_back({field, size, target, field, addend});
  }

  // i386: a field of 4 bytes that holds the distance between two places, and its records.
  void add_difference(ObjectPlace field, ObjectPlace target, ObjectPlace from, int64_t addend);

  // A slot that the linker makes one of its own: a word with the address of a symbol that is global.
  ObjectPlace add_slot(SymbolRef symbol, uint64_t word_size);

  // A field of 4 or 8 bytes that holds the target's address in the object, for a record of `section_number(target)`.
  void add_address(ObjectPlace field, uint8_t size, ObjectPlace target, int64_t addend) {
    distances_.push_back({field, size, target, {}, addend});
  }
  static uint32_t section_number(ObjectPlace place) { return place.section + 1; }

  // The bytes of a field that the caller knows to be inside.
  uint8_t* bytes_at(ObjectPlace place) { return sections_[place.section].bytes.data() + place.offset; }
  bool is_zero_fill(uint32_t section) const { return sections_[section].is_zero_fill; }

  // The object, or why there can be none.
  Result<std::string> finish();

 private:
  struct Section {
    std::string segment, name;
    uint32_t flags = 0;
    bool is_zero_fill = false;
    uint8_t alignment_log2 = 0;
    uint64_t size = 0, address = 0, file_offset = 0, reloc_offset = 0;
    std::vector<uint8_t> bytes;
    std::vector<BuiltReloc> relocs;
  };
  struct Distance {
    ObjectPlace field;
    uint8_t size;
    ObjectPlace target, from;  // not valid: address 0
    int64_t addend;
  };

  template <class M>
  Result<std::string> write();
  template <class M>
  void place_sections(uint64_t header_size);
  template <class M>
  void write_sections(std::string& out) const;
  template <class M>
  void write_symbols(std::string& out, uint64_t offset) const;
  void number_symbols();
  void resolve_distances();
  static bool has_far_scattered_record(const Section& section);
  void write_relocs(const Section& section, uint8_t* out) const;
  uint64_t address_of(ObjectPlace place) const { return sections_[place.section].address + place.offset; }

  Cpu cpu_;
  std::vector<Section> sections_;
  std::deque<BuiltSymbol> symbols_;
  std::vector<Distance> distances_;
  std::vector<SymbolRef> slots_;   // of the one section that has them
  std::vector<uint32_t> order_;    // of symbols: local, defined, undefined
  std::vector<uint32_t> numbers_;  // by SymbolRef
  uint32_t local_count_ = 0, defined_count_ = 0;
  std::string names_;
  std::vector<uint32_t> name_offsets_;
  uint64_t contents_offset_ = 0, contents_size_ = 0, memory_size_ = 0;
  uint64_t slots_offset_ = 0, symbols_offset_ = 0, end_ = 0;
};

}  // namespace xld::macho
