// See properties.h.
#include "formats/elf/properties.h"

#include <algorithm>
#include <fmt/core.h>

#include "formats/elf/elf.h"

namespace xld::elf {

namespace {

enum class Rule : uint8_t {
  And,    // bits that every object has; an object without the property has none
  Or,     // bits that some object has
  OrAnd,  // bits that some object has, if every object has the property
  Largest,
  Present,  // has no value: some object has it
};

struct RuleRow {
  uint32_t first, last;
  Rule rule;
};

constexpr RuleRow kRules[] = {
    {GNU_PROPERTY_STACK_SIZE, GNU_PROPERTY_STACK_SIZE, Rule::Largest},
    {GNU_PROPERTY_NO_COPY_ON_PROTECTED, GNU_PROPERTY_NO_COPY_ON_PROTECTED, Rule::Present},
    {0xb0000000, 0xb0007fff, Rule::And},  // for all machines
    {0xc0000000, 0xc0000000, Rule::OrAnd},
    {0xc0000001, 0xc0000001, Rule::Or},  // x86: instruction sets used and needed, by the numbers they had first
    {0xb0008000, 0xb000ffff, Rule::Or},
    {0xc0000002, 0xc0007fff, Rule::And},    // x86: features such as IBT and SHSTK
    {0xc0008000, 0xc000ffff, Rule::Or},     // x86: instruction sets needed
    {0xc0010000, 0xc0017fff, Rule::OrAnd},  // x86: instruction sets used
};

const RuleRow* find_rule(uint32_t type) {
  const auto* row = std::find_if(std::begin(kRules), std::end(kRules),
                                 [&](const RuleRow& r) { return r.first <= type && type <= r.last; });
  return row == std::end(kRules) ? nullptr : row;
}

uint64_t read_value(const uint8_t* place, uint32_t size) {
  return size == 8 ? load<uint64_t>(place) : size == 4 ? load<uint32_t>(place) : 0;
}

bool read_array(Bytes descriptor, uint32_t word_size, std::map<uint32_t, uint64_t>& properties) {
  while (!descriptor.empty()) {
    const auto type = read<uint32_t>(descriptor, 0);
    const auto size = read<uint32_t>(descriptor, 4);
    if (!type || !size || !contains(descriptor, 8, *size)) return false;
    const RuleRow* rule = find_rule(*type);
    if (rule && *size == property_value_size(*type, word_size)) {
      const uint64_t value = read_value(descriptor.data() + 8, *size);
      uint64_t& known = properties[*type];
      known = rule->rule == Rule::Largest ? std::max(known, value) : known | value;
    }
    const uint64_t step = align_up(8 + uint64_t{*size}, word_size);
    descriptor = descriptor.subspan(std::min<uint64_t>(step, descriptor.size()));
  }
  return true;
}

}  // namespace

uint32_t property_value_size(uint32_t type, uint32_t word_size) {
  const RuleRow* row = find_rule(type);
  if (row && row->rule == Rule::Largest) return word_size;
  return row && row->rule == Rule::Present ? 0 : 4;
}

Result<std::vector<Property>> read_properties(Bytes section, uint32_t word_size) {
  std::map<uint32_t, uint64_t> properties;
  uint64_t offset = 0;
  while (offset < section.size()) {
    const auto name_size = read<uint32_t>(section, offset);
    const auto size = read<uint32_t>(section, offset + 4);
    const auto type = read<uint32_t>(section, offset + 8);
    if (!name_size || !size || !type) return Error{fmt::format("note at offset {:#x} is cut off", offset)};
    const uint64_t start = offset + 12 + align_up(*name_size, 4);
    const auto descriptor = slice(section, start, *size);
    if (!descriptor) return Error{fmt::format("note at offset {:#x} extends past the end of the section", offset)};
    if (*type == NT_GNU_PROPERTY_TYPE_0 && !read_array(*descriptor, word_size, properties))
      return Error{fmt::format("property array of the note at offset {:#x} is malformed", offset)};
    offset = align_up(start + *size, word_size);
  }
  std::vector<Property> list;
  for (const auto& [type, value] : properties) list.push_back({type, value});
  return list;
}

void PropertyMerger::add(std::span<const Property> properties) {
  object_count_++;
  for (const Property& property : properties) {
    Joined& joined = joined_[property.type];
    joined.all &= property.value;
    joined.any |= property.value;
    joined.largest = std::max(joined.largest, property.value);
    joined.count++;
  }
}

void PropertyMerger::force(uint32_t type, uint64_t bits) {
  if (bits != 0) joined_[type].forced |= bits;
}

void PropertyMerger::forbid(uint32_t type, uint64_t bits) {
  joined_[type].forbidden |= bits;
}

std::vector<Property> PropertyMerger::take() const {
  std::vector<Property> list;
  for (const auto& [type, joined] : joined_) {
    const RuleRow* row = find_rule(type);
    if (row && (row->rule == Rule::Largest || row->rule == Rule::Present)) {
      list.push_back({type, joined.largest});
      continue;
    }
    const bool is_everywhere = joined.count != 0 && joined.count == object_count_;
    const bool may_miss = row && row->rule == Rule::Or;
    const uint64_t bits = row && row->rule == Rule::And ? joined.all : joined.any;
    const uint64_t value = (joined.forced | (is_everywhere || may_miss ? bits : 0)) & ~joined.forbidden;
    // That all objects use nothing is worth saying; that nothing is needed, or nothing supported, is what readers
    // assume.
    const bool says_none = row && row->rule == Rule::OrAnd && is_everywhere;
    if (value != 0 || says_none) list.push_back({type, value});
  }
  return list;
}

}  // namespace xld::elf
