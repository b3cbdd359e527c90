// Program properties (.note.gnu.property): reading those of an object, and joining those of all objects.
//
// Linux Extensions to gABI, "Program Property", and x86-64 psABI "Program Property": the range that a type is in says
// how it is joined. Properties of other types, and those whose value is not as long as it should be, are left out of
// the output.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"

namespace xld::elf {

struct Property {
  uint32_t type = 0;
  uint64_t value = 0;
};

// Bytes of its value.
uint32_t property_value_size(uint32_t type, uint32_t word_size);

// The properties that are joined, each type once, ascending.
Result<std::vector<Property>> read_properties(Bytes section, uint32_t word_size);

class PropertyMerger {
 public:
  // Every object counts, also one without properties.
  void add(std::span<const Property> properties);
  // Demands bits whatever the objects have.
  void force(uint32_t type, uint64_t bits);
  // Leaves bits out whatever the objects have.
  void forbid(uint32_t type, uint64_t bits);
  // What is not zero, ascending by type.
  std::vector<Property> take() const;

 private:
  struct Joined {
    uint64_t all = UINT64_MAX;  // bits of every object that has the property
    uint64_t any = 0;           // bits of some object
    uint64_t largest = 0;
    uint64_t forced = 0;
    uint64_t forbidden = 0;
    uint32_t count = 0;  // objects that have it
  };

  std::map<uint32_t, Joined> joined_;
  uint32_t object_count_ = 0;
};

}  // namespace xld::elf
