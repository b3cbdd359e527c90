// See dwarf_names.h.
//
// One walk over the entries of a unit. What is inside functions is passed over; what completes a declaration that
// stands elsewhere gets its name from there when the walk is done.
#include "formats/dwarf_names.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "formats/dwarf_forms.h"

namespace xld {

namespace {

// DW_TAG_*
enum Tag : uint64_t {
  kClassType = 0x02,
  kEnumerationType = 0x04,
  kImportedDeclaration = 0x08,
  kCompileUnit = 0x11,
  kStructureType = 0x13,
  kTypedef = 0x16,
  kUnionType = 0x17,
  kModule = 0x1e,
  kSubrangeType = 0x21,
  kBaseType = 0x24,
  kEnumerator = 0x28,
  kSubprogram = 0x2e,
  kVariable = 0x34,
  kInterfaceType = 0x38,
  kNamespace = 0x39,
  kUnspecifiedType = 0x3b,
  kPartialUnit = 0x3c,
  kTypeUnit = 0x41
};

enum class What : uint8_t { None, Type = 1, Variable = 2, Function = 3 };  // bits 4 to 6 of a kind
constexpr uint8_t kStatic = 0x80;

struct TagFacts {
  Tag tag;
  What what;
  bool is_scope;  // names in it begin with its own
  bool is_open;   // its entries are looked at
};
constexpr TagFacts kTags[] = {
    {kClassType, What::Type, true, true},
    {kEnumerationType, What::Type, false, true},
    {kImportedDeclaration, What::Type, false, false},
    {kCompileUnit, What::None, false, true},
    {kStructureType, What::Type, true, true},
    {kTypedef, What::Type, false, false},
    {kUnionType, What::Type, true, true},
    {kModule, What::Type, true, true},
    {kSubrangeType, What::Type, false, false},
    {kBaseType, What::Type, false, false},
    {kEnumerator, What::Variable, false, false},
    {kSubprogram, What::Function, false, false},
    {kVariable, What::Variable, false, false},
    {kInterfaceType, What::Type, true, true},
    {kNamespace, What::Type, true, true},
    {kUnspecifiedType, What::Type, false, false},
    {kPartialUnit, What::None, false, true},
    {kTypeUnit, What::None, false, true},
};

const TagFacts* facts_of(uint64_t tag) {
  const auto* found = std::ranges::find_if(kTags, [&](const TagFacts& row) { return row.tag == tag; });
  return found == std::end(kTags) ? nullptr : found;
}

// DW_LANG_* of C++ and its successors: names have scopes, and types are known in all units.
bool has_scopes(uint64_t language) {
  constexpr uint64_t kCpp[] = {0x04, 0x1a, 0x21, 0x2b, 0x3a};
  constexpr uint64_t kOthers[] = {0x13 /* D */, 0x1c /* Rust */, 0x1e /* Swift */};
  return std::ranges::find(kCpp, language) != std::end(kCpp) ||
         std::ranges::find(kOthers, language) != std::end(kOthers);
}

struct Abbreviation {
  uint64_t code = 0;
  uint64_t tag = 0;
  bool has_children = false;
  std::vector<dwarf::AttributeForm> attributes;
};

// What is looked at of an entry.
struct Entry {
  uint64_t offset = 0;
  const Abbreviation* abbreviation = nullptr;
  std::string_view name;
  uint64_t sibling = 0;   // 0: not said
  uint64_t original = 0;  // the entry it completes, or is an instance of; 0: none
  uint64_t language = 0;
  uint64_t string_offsets = 0;
  bool is_declaration = false, is_external = false, is_scoped_enumeration = false;
};

// Where a name may be asked for by entries that complete it.
struct Named {
  uint64_t offset = 0;
  std::string_view name;
  uint64_t original = 0;
  uint32_t scope = 0;
  bool is_external = false;
};

// Where a unit's part of the table of string offsets begins if the unit does not say: behind the table's header.
uint64_t first_string_offset(const DwarfUnit& unit) {
  if (unit.version < 5) return 0;
  return unit.offset_size == 4 ? 8 : 16;
}

std::string_view text_at(const DwarfNameSections& sections, const DwarfUnit& unit, uint64_t offsets, uint64_t index) {
  if (index > sections.string_offsets.size()) return {};
  DwarfReader reader(sections.string_offsets, offsets + index * unit.offset_size);
  const uint64_t offset = reader.take_unsigned(unit.offset_size);
  return reader.failed() ? std::string_view() : c_string_at(sections.strings, offset).value_or("");
}

std::string_view text_of(const DwarfNameSections& sections, const DwarfUnit& unit, uint64_t offsets,
                         const dwarf::Value& value) {
  switch (value.form) {
    case dwarf::kString:
      return value.text;
    case dwarf::kStrp:
      return c_string_at(sections.strings, value.number).value_or("");
    case dwarf::kLineStrp:
      return c_string_at(sections.line_strings, value.number).value_or("");
    case dwarf::kStrx:
    case dwarf::kStrx1:
    case dwarf::kStrx2:
    case dwarf::kStrx3:
    case dwarf::kStrx4:
    case dwarf::kGnuStrIndex:
      return text_at(sections, unit, offsets, value.number);
    default:
      return {};
  }
}

class NameWalk {
 public:
  NameWalk(const DwarfNameSections& sections, const DwarfUnit& unit, std::deque<std::string>& storage,
           std::vector<DefinedName>& out)
      : sections_(sections),
        unit_(unit),
        reader_(sections.info.first(unit.offset + unit.size), unit.first_entry),
        storage_(storage),
        out_(out),
        budget_(16 * unit.size + 4096) {}

  void run() {
    if (!read_abbreviations()) return;
    while (!reader_.at_end()) {
      const auto entry = take_entry();
      if (!entry) return;
      if (!entry->abbreviation) {
        if (open_.empty() || (leave(), open_.empty())) break;
        continue;
      }
      look_at(*entry);
      enter(*entry);
      if (open_.empty()) break;
    }
    for (const Completion& completion : completions_) complete(completion);
  }

 private:
  struct Completion {
    uint64_t original = 0;
    What what = What::None;
    bool is_external = false;
  };
  struct Level {
    uint32_t scope = 0;
    bool is_skipped = false;
  };

  // ---- entries

  bool read_abbreviations() {
    DwarfReader reader(sections_.abbreviations, unit_.abbreviations);
    // Many units may share a table, but none of them needs one that is much larger than itself.
    while (!reader.at_end() && reader.position() - unit_.abbreviations < budget_) {
      Abbreviation abbreviation;
      abbreviation.code = reader.take_uleb();
      if (abbreviation.code == 0) break;
      abbreviation.tag = reader.take_uleb();
      abbreviation.has_children = reader.take<uint8_t>() != 0;
      while (const auto attribute = dwarf::take_attribute(reader)) abbreviation.attributes.push_back(*attribute);
      if (reader.failed()) return false;
      by_code_.try_emplace(abbreviation.code, abbreviations_.size());
      abbreviations_.push_back(std::move(abbreviation));
    }
    return !abbreviations_.empty();
  }

  // Compilers count from 1.
  const Abbreviation* find_abbreviation(uint64_t code) const {
    if (code - 1 < abbreviations_.size() && abbreviations_[code - 1].code == code) return &abbreviations_[code - 1];
    const auto found = by_code_.find(code);
    return found == by_code_.end() ? nullptr : &abbreviations_[found->second];
  }

  // Nothing: the entry cannot be read. One without an abbreviation ends a list of children.
  std::optional<Entry> take_entry() {
    Entry entry;
    entry.offset = reader_.position();
    const uint64_t code = reader_.take_uleb();
    if (reader_.failed()) return std::nullopt;
    if (code == 0) return entry;
    entry.abbreviation = find_abbreviation(code);
    if (!entry.abbreviation) return std::nullopt;
    for (const dwarf::AttributeForm& attribute : entry.abbreviation->attributes) {
      const auto value = dwarf::take_value(reader_, unit_, attribute);
      if (!value || reader_.failed()) return std::nullopt;
      keep(attribute.attribute, *value, entry);
    }
    return entry;
  }

  void keep(uint64_t attribute, const dwarf::Value& value, Entry& entry) const {
    switch (attribute) {
      case dwarf::kName:
        entry.name = text_of(sections_, unit_, string_offsets_, value);
        break;
      case dwarf::kSibling:
        entry.sibling = reference_of(value);
        break;
      case dwarf::kAbstractOrigin:
      case dwarf::kSpecification:
        entry.original = reference_of(value);
        break;
      case dwarf::kLanguage:
        entry.language = value.number;
        break;
      case dwarf::kStrOffsetsBase:
        entry.string_offsets = value.number;
        break;
      case dwarf::kDeclaration:
        entry.is_declaration = value.number != 0;
        break;
      case dwarf::kExternal:
        entry.is_external = value.number != 0;
        break;
      case dwarf::kEnumClass:
        entry.is_scoped_enumeration = value.number != 0;
        break;
      default:
        break;
    }
  }

  // 0: of another unit.
  uint64_t reference_of(const dwarf::Value& value) const {
    switch (value.form) {
      case dwarf::kRef1:
      case dwarf::kRef2:
      case dwarf::kRef4:
      case dwarf::kRef8:
      case dwarf::kRefUdata:
        return unit_.offset + value.number;
      default:
        return 0;
    }
  }

  // ---- levels

  void enter(const Entry& entry) {
    if (!entry.abbreviation->has_children) return;
    const TagFacts* facts = facts_of(entry.abbreviation->tag);
    const bool is_open = facts && facts->is_open && (open_.empty() || !open_.back().is_skipped);
    if (!is_open && entry.sibling > reader_.position() && entry.sibling < unit_.offset + unit_.size) {
      reader_.skip(entry.sibling - reader_.position());
      return;
    }
    Level level{scope(), !is_open};
    if (is_open && (facts->is_scope || entry.is_scoped_enumeration)) level.scope = add_scope(*facts, entry.name);
    open_.push_back(level);
  }

  void leave() { open_.pop_back(); }

  uint32_t scope() const { return open_.empty() ? 0 : open_.back().scope; }

  // Scopes are prefixes of names; the first is empty.
  uint32_t add_scope(const TagFacts& facts, std::string_view name) {
    if (!has_scopes_) return 0;
    if (name.empty()) {
      if (facts.tag != kNamespace) return scope();
      name = "(anonymous namespace)";
    }
    if (!take_budget(scopes_[scope()].size() + name.size() + 2)) return scope();
    scopes_.push_back(scopes_[scope()] + std::string(name) + "::");
    return static_cast<uint32_t>(scopes_.size() - 1);
  }

  // What a broken file can make us store is a multiple of its size.
  bool take_budget(uint64_t size) {
    if (size > budget_) return false;
    budget_ -= size;
    return true;
  }

  // ---- names

  void look_at(const Entry& entry) {
    const TagFacts* facts = facts_of(entry.abbreviation->tag);
    if (open_.empty()) return take_unit(entry);
    if (!facts || facts->what == What::None || open_.back().is_skipped) return;
    const bool may_be_completed = facts->what == What::Function || facts->what == What::Variable;
    if (may_be_completed && facts->tag != kEnumerator)
      named_.push_back({entry.offset, entry.name, entry.original, scope(), entry.is_external});
    if (entry.is_declaration) return;
    if (!entry.name.empty()) {
      add(scope(), entry.name, facts->what, is_static(*facts, entry.is_external));
    } else if (entry.original != 0) {
      completions_.push_back({entry.original, facts->what, entry.is_external});
    } else if (facts->tag == kNamespace) {
      add(scope(), "(anonymous namespace)", facts->what, true);
    }
  }

  void take_unit(const Entry& entry) {
    has_scopes_ = has_scopes(entry.language);
    string_offsets_ = entry.string_offsets != 0 ? entry.string_offsets : first_string_offset(unit_);
  }

  bool is_static(const TagFacts& facts, bool is_external) const {
    if (facts.what == What::Type || facts.tag == kEnumerator) return !has_scopes_;
    return !is_external;
  }

  void complete(const Completion& completion) {
    constexpr int kMaxSteps = 4;
    uint64_t offset = completion.original;
    for (int step = 0; step < kMaxSteps && offset != 0; step++) {
      const auto found = std::ranges::lower_bound(named_, offset, {}, &Named::offset);
      if (found == named_.end() || found->offset != offset) return;
      if (!found->name.empty())
        return add(found->scope, found->name, completion.what, !completion.is_external && !found->is_external);
      offset = found->original;
    }
  }

  void add(uint32_t scope, std::string_view name, What what, bool is_static) {
    const auto kind = static_cast<uint8_t>(static_cast<uint8_t>(what) << 4 | (is_static ? kStatic : 0));
    if (scope == 0) return out_.push_back({name, kind});
    if (!take_budget(scopes_[scope].size() + name.size())) return;
    storage_.push_back(scopes_[scope] + std::string(name));
    out_.push_back({storage_.back(), kind});
  }

  const DwarfNameSections& sections_;
  const DwarfUnit& unit_;
  DwarfReader reader_;
  std::deque<std::string>& storage_;
  std::vector<DefinedName>& out_;
  std::vector<Abbreviation> abbreviations_;
  std::unordered_map<uint64_t, size_t> by_code_;
  std::vector<Level> open_;
  std::vector<std::string> scopes_{""};
  std::vector<Named> named_;  // ascending offsets
  std::vector<Completion> completions_;
  uint64_t budget_;
  uint64_t string_offsets_ = 0;
  bool has_scopes_ = false;
};

}  // namespace

void read_defined_names(const DwarfNameSections& sections, const DwarfUnit& unit, std::deque<std::string>& storage,
                        std::vector<DefinedName>& out) {
  if (contains(sections.info, unit.offset, unit.size)) NameWalk(sections, unit, storage, out).run();
}

UnitSource read_unit_source(const DwarfNameSections& sections, const DwarfUnit& unit) {
  if (!contains(sections.info, unit.offset, unit.size)) return {};
  DwarfReader entry(sections.info.first(unit.offset + unit.size), unit.first_entry);
  DwarfReader abbreviations(sections.abbreviations, unit.abbreviations);
  if (!dwarf::find_abbreviation(abbreviations, entry.take_uleb())) return {};
  // Names may come before the attribute that says where their offsets are.
  dwarf::Value name, directory;
  uint64_t offsets = first_string_offset(unit);
  while (const auto attribute = dwarf::take_attribute(abbreviations)) {
    const auto value = dwarf::take_value(entry, unit, *attribute);
    if (!value || entry.failed()) return {};
    if (attribute->attribute == dwarf::kName) name = *value;
    if (attribute->attribute == dwarf::kCompDir) directory = *value;
    if (attribute->attribute == dwarf::kStrOffsetsBase) offsets = value->number;
  }
  return {text_of(sections, unit, offsets, name), text_of(sections, unit, offsets, directory)};
}

}  // namespace xld
