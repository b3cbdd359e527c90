// ObjcReader: Objective-C's structures in the input objects, before these are cut into atoms. Words and what they point
// to, by the relocations of 64-bit objects; <objc-runtime-new.h> has the structures.
//
// Nothing is trusted: what is cut off, or has no relocation where there should be one, is not there.
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "formats/format.h"
#include "formats/macho/object.h"

namespace xld::macho {

// A place in an input object.
struct ObjectSpot {
  const InputFile* file = nullptr;
  uint32_t section = 0;
  uint64_t address = 0;  // in the object

  ObjectSpot at(uint64_t offset) const { return {file, section, address + offset}; }
  bool operator<(const ObjectSpot& other) const { return key() < other.key(); }
  bool operator==(const ObjectSpot& other) const { return key() == other.key(); }

 private:
  std::tuple<uint32_t, uint32_t, uint64_t> key() const { return {file->id.value, section, address}; }
};

// What a word points to.
struct SpotPointer {
  SymbolId global;                 // not valid: it names none
  int64_t addend = 0;              // to the global name
  std::optional<ObjectSpot> spot;  // where that is, if an object has it
};

class ObjcReader {
 public:
  explicit ObjcReader(const Link& link) : link_(link) {}

  // Nothing: no address stands there.
  std::optional<SpotPointer> pointer_at(const ObjectSpot& spot);
  // Where the pointer at a place leads, if that is in an object whose sections may be cut.
  std::optional<ObjectSpot> follow(const ObjectSpot& spot);

  // Bytes from a place on, to the end of its section.
  Bytes bytes_at(const ObjectSpot& spot) const;
  std::string_view string_at(const ObjectSpot& spot) const;

  // Bytes from a place to the next symbol; 0: no symbol says that something begins there.
  uint64_t size_of_piece(const ObjectSpot& spot);

  // "__OBJC_$_INSTANCE_METHODS_Foo": the first name at a place.
  std::string_view name_at(const ObjectSpot& spot);

 private:
  struct Record {
    uint32_t address = 0;
    RawReloc raw;
  };
  using SectionKey = std::pair<uint32_t, uint32_t>;  // file, section

  const std::vector<Record>& records_of(const ObjectSpot& spot);
  const std::vector<std::pair<uint64_t, uint32_t>>& symbols_of(const ObjectSpot& spot);
  std::optional<ObjectSpot> place_of(SymbolId id, int64_t addend) const;
  std::optional<ObjectSpot> place_of(const InputFile& file, uint32_t raw_symbol, int64_t addend) const;

  const Link& link_;
  std::map<SectionKey, std::vector<Record>> records_;                         // by address
  std::map<SectionKey, std::vector<std::pair<uint64_t, uint32_t>>> symbols_;  // address, raw symbol; by address
};

}  // namespace xld::macho
