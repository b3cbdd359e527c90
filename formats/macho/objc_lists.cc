// See objc_lists.h. <objc-runtime-new.h>: class_t, class_ro_t, category_t, method_list_t, property_list_t,
// protocol_list_t; offsets are those of 64-bit systems, which are the only ones with such lists.
//
// Categories of a class of this output become a part of it, and hide the class's own methods as they did before.
// Categories of one class of a library become one. Those that run code when they are loaded
// (__objc_nlcatlist) stay, and so does everything that is not as expected.
#include "formats/macho/objc_lists.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <map>
#include <set>
#include <span>

#include "formats/macho/objc.h"
#include "formats/macho/objc_reader.h"
#include "formats/macho/state.h"

namespace xld::macho {

namespace {

constexpr uint64_t kWord = 8;

// The lists of a category, and of a class with its metaclass.
enum ListKind : uint8_t { InstanceMethods, ClassMethods, Protocols, InstanceProperties, ClassProperties, ListKinds };

struct ListRow {
  uint32_t in_category;      // offset of the pointer
  uint32_t words_per_entry;  // 1: protocols, which have no size of an entry
  bool is_of_metaclass;      // where a class has it
  uint32_t in_class;         // offset in class_ro_t
  std::string_view prefix;   // of the name of what is made
};

constexpr std::array<ListRow, ListKinds> kLists = {{
    {16, 3, false, 32, "__OBJC_$_INSTANCE_METHODS_"},
    {24, 3, true, 32, "__OBJC_$_CLASS_METHODS_"},
    {32, 1, false, 40, "__OBJC_CLASS_PROTOCOLS_$_"},
    {40, 2, false, 64, "__OBJC_$_PROP_LIST_"},
    {48, 2, true, 64, "__OBJC_$_CLASS_PROP_LIST_"},
}};

constexpr uint32_t kCategoryName = 0, kCategoryClass = 8, kCategorySize = 64;
constexpr uint32_t kLeastCategorySize = 60;  // the size at its end has four bytes
constexpr uint32_t kMetaclassInClass = 0, kDataInClass = 32, kProtocolsInData = 40, kDataSize = 72;
constexpr uint64_t kDataFlagsMask = 7;  // Swift marks its classes in the pointer
constexpr uint32_t kEntrySizeMask = 0xfffc, kRelativeMark = 0x80000000;

constexpr std::string_view kMethodLists[] = {"__OBJC_$_INSTANCE_METHODS_", "__OBJC_$_CLASS_METHODS_",
                                             "__OBJC_$_CATEGORY_INSTANCE_METHODS_", "__OBJC_$_CATEGORY_CLASS_METHODS_"};

// The words of a list's entries; a word without an address is null.
using Words = std::vector<std::optional<SpotPointer>>;

// By kind: the lists of each category, and then of the class.
using Sources = std::array<std::vector<Words>, ListKinds>;

struct Category {
  ObjectSpot entry, body;  // in __objc_catlist, and what it points to
};

struct ClassData {
  ObjectSpot spot;
  uint64_t size = 0;
};

bool is_list_section(const InputSection& section, std::string_view name) {
  return section.name == name && (section.segment == "__DATA" || section.segment == "__DATA_CONST");
}

class ListRewriter {
 public:
  ListRewriter(const Link& link, ObjectAssembler& object, SelectorReferences& selectors)
      : link_(link), state_(state_of(link)), object_(object), selectors_(selectors), reader_(link) {}

  bool run() {
    const DarwinOptions& options = link_.options().darwin;
    if (options.merges_categories) merge_categories();
    if (options.has_relative_method_lists) make_lists_relative();
    return has_made_;
  }

 private:
  // ---- references

  // A name that the object may refer to. Names that no object has stand for places without one.
  SymbolRef refer_to(const SpotPointer& pointer) {
    const bool has_name = pointer.global.is_valid() && pointer.addend == 0;
    const std::string name = has_name ? std::string(link_.symbols.name(pointer.global)) : name_of_place(*pointer.spot);
    return refer_to(name);
  }

  SymbolRef refer_to(const std::string& name) {
    const auto [found, is_new] = undefined_.try_emplace(name);
    if (!is_new) return found->second;
    BuiltSymbol symbol;
    symbol.name = name;
    symbol.type = N_EXT;
    return found->second = object_.add_symbol(std::move(symbol));
  }

  std::string name_of_place(const ObjectSpot& spot) {
    std::string name = fmt::format("\1{}:{}:{:x}", spot.file->id.value, spot.section, spot.address);
    state_.objc_places.try_emplace(name, ObjcPlace{spot.file->id, spot.section, spot.address});
    return name;
  }

  static bool can_refer_to(const std::optional<SpotPointer>& pointer) {
    return pointer && (pointer->spot || (pointer->global.is_valid() && pointer->addend == 0));
  }

  void add_word(ObjectPlace place, uint64_t offset, SymbolRef target) {
    object_.add_reloc(place.section, record_at(place.offset + offset, target, kUnsignedRecord, false, kQuadField));
  }

  ObjectPlace append_constant(Bytes bytes, uint64_t size) {
    const uint32_t section = object_.section("__DATA", "__objc_const", S_REGULAR | S_ATTR_NO_DEAD_STRIP);
    return object_.append(section, bytes, size, kWord);
  }

  // ---- what becomes of pieces

  void drop(const ObjectSpot& spot) { edit(spot, {}); }
  void edit(const ObjectSpot& spot, std::string instead) {
    if (edited_.insert(spot).second)
      state_.objc_edits[spot.file->id].push_back({spot.section, spot.address, std::move(instead)});
  }

  // ---- lists

  // False: the list is not of the kind that is expected, or cut off.
  bool append_list(const ObjectSpot& pointer, uint32_t kind, Sources& sources) {
    const uint32_t words_per_entry = kLists[kind].words_per_entry;
    Words& words = sources[kind].emplace_back();
    if (!reader_.pointer_at(pointer)) return true;  // null
    const auto list = reader_.follow(pointer);
    if (!list) return false;
    // What follows the piece is another's.
    const Bytes in_section = reader_.bytes_at(*list);
    const Bytes bytes = in_section.first(std::min<uint64_t>(in_section.size(), reader_.size_of_piece(*list)));
    const auto first = xld::read<uint32_t>(bytes, 0), second = xld::read<uint32_t>(bytes, 4);
    if (!first || !second) return false;
    const bool has_entry_size = words_per_entry != 1;
    if (has_entry_size && (*first & ~3u) != words_per_entry * kWord) return false;
    const uint64_t count = uint64_t{has_entry_size ? *second : *first} * words_per_entry;
    if (count >= bytes.size() / kWord) return false;  // the first word is the count
    for (uint64_t i = 0; i < count; i++) {
      words.push_back(reader_.pointer_at(list->at(kWord + i * kWord)));
      if (words.back() && !can_refer_to(words.back())) return false;
    }
    return true;
  }

  // The lists of categories one after the other, and the class's own behind them. The runtime takes the first of equal
  // selectors, and means the last category: where there are any, categories are joined from behind.
  Words join(uint32_t kind, const std::vector<Words>& lists, bool has_class) {
    Words words;
    const auto of_categories = std::span(lists).first(lists.size() - has_class);
    const bool is_reversed = kLists[kind].words_per_entry == 3 && has_equal_selectors(of_categories);
    for (size_t i = 0; i < of_categories.size(); i++) {
      const Words& list = of_categories[is_reversed ? of_categories.size() - 1 - i : i];
      words.insert(words.end(), list.begin(), list.end());
    }
    if (has_class) words.insert(words.end(), lists.back().begin(), lists.back().end());
    return words;
  }

  bool has_equal_selectors(std::span<const Words> lists) {
    std::set<std::string_view> selectors;
    for (const Words& words : lists)
      for (size_t i = 0; i < words.size(); i += 3)
        if (words[i] && words[i]->spot && !selectors.insert(reader_.string_at(*words[i]->spot)).second) return true;
    return false;
  }

  void drop_list(const ObjectSpot& pointer) {
    if (const auto list = reader_.follow(pointer)) drop(*list);
  }

  SymbolRef add_local(std::string name, ObjectPlace place) {
    has_made_ = true;
    BuiltSymbol symbol;
    symbol.name = std::move(name);
    symbol.place = place;
    return object_.add_symbol(std::move(symbol));
  }

  SymbolRef add_list(uint32_t kind, const std::string& of_what, const Words& words) {
    const uint32_t words_per_entry = kLists[kind].words_per_entry;
    const std::string name = fmt::format("{}{}", kLists[kind].prefix, of_what);
    if (words_per_entry == 3 && link_.options().darwin.has_relative_method_lists && is_relative(words))
      return add_relative_list(name, words, 0);
    const bool has_entry_size = words_per_entry != 1;
    const uint64_t end_mark = has_entry_size ? 0 : kWord;
    const ObjectPlace place = append_constant({}, kWord + words.size() * kWord + end_mark);
    const auto count = static_cast<uint32_t>(words.size() / words_per_entry);
    store<uint32_t>(object_.bytes_at(place), has_entry_size ? words_per_entry * uint32_t{kWord} : count);
    if (has_entry_size) store<uint32_t>(object_.bytes_at(place) + 4, count);
    for (size_t i = 0; i < words.size(); i++)
      if (words[i]) add_word(place, kWord + i * kWord, refer_to(*words[i]));
    return add_local(name, place);
  }

  // ---- relative lists: offsets to a reference to the selector, to types, and to the code

  // Distances lead to what is in the output, and selectors have names.
  bool is_relative(const Words& words) {
    for (size_t i = 0; i < words.size(); i++) {
      if (!words[i] || !words[i]->spot || words[i]->addend != 0) return false;
      if (i % 3 == 0 && reader_.string_at(*words[i]->spot).empty()) return false;
    }
    return true;
  }

  SymbolRef add_relative_list(const std::string& name, const Words& words, uint32_t flags) {
    constexpr uint32_t kOffset = 4;
    const uint8_t subtractor = subtractor_record(link_.target().cpu);
    const uint32_t section = object_.section("__TEXT", "__objc_methlist", S_REGULAR);
    const ObjectPlace place = object_.append(section, {}, 8 + words.size() * kOffset, kOffset);
    store<uint32_t>(object_.bytes_at(place), kRelativeMark | (flags & ~kEntrySizeMask) | 3 * kOffset);
    store<uint32_t>(object_.bytes_at(place) + 4, static_cast<uint32_t>(words.size() / 3));
    const SymbolRef list = add_local(name, place);
    for (size_t i = 0; i < words.size(); i++) {
      const uint64_t offset = 8 + i * kOffset;
      const SymbolRef target =
          i % 3 == 0 ? selectors_.get(std::string(reader_.string_at(*words[i]->spot))) : refer_to(*words[i]);
      store<uint32_t>(object_.bytes_at({place.section, place.offset + offset}), -static_cast<uint32_t>(offset));
      object_.add_reloc(section, record_at(place.offset + offset, list, subtractor, false));
      object_.add_reloc(section, record_at(place.offset + offset, target, kUnsignedRecord, false));
    }
    return list;
  }

  void make_lists_relative() {
    for (const InputFile* file : link_.inputs.files) {
      const MachoObject& object = object_of(*file);
      if (!object.has_subsections) continue;
      for (uint32_t i = 0; i < object.symbol_count; i++) {
        const RawSymbol raw = raw_symbol(link_, object, i);
        if (is_defined_in_section(raw) && is_method_list(symbol_name(object, raw)))
          make_list_relative({file, raw.sect - 1u, raw.value}, symbol_name(object, raw));
      }
    }
  }

  static bool is_method_list(std::string_view name) {
    return std::ranges::any_of(kMethodLists, [&](std::string_view prefix) { return name.starts_with(prefix); });
  }

  void make_list_relative(const ObjectSpot& list, std::string_view name) {
    const Bytes bytes = reader_.bytes_at(list);
    const auto entry = xld::read<uint32_t>(bytes, 0), count = xld::read<uint32_t>(bytes, 4);
    if (edited_.contains(list) || !entry || (*entry & ~3u) != 3 * kWord || !count || *count == 0) return;
    if (*count > bytes.size() / (3 * kWord) || reader_.size_of_piece(list) == 0) return;
    Words words;
    for (uint64_t i = 0; i < uint64_t{*count} * 3; i++) words.push_back(reader_.pointer_at(list.at(kWord + i * kWord)));
    if (!is_relative(words)) return;
    const SymbolRef made = add_relative_list(std::string(name), words, *entry);
    edit(list, name_for_others(object_.symbol(made).place));
  }

  // What objects refer to instead: another name of the place, which no symbol table shows.
  std::string name_for_others(ObjectPlace place) {
    BuiltSymbol symbol;
    symbol.name = fmt::format("{}{}", kMadeListPrefix, next_name_++);
    symbol.place = place;
    symbol.type = N_EXT | N_PEXT;
    std::string name = symbol.name;
    object_.add_symbol(std::move(symbol));
    return name;
  }

  // ---- categories

  void merge_categories() {
    std::vector<SymbolId> classes;
    std::map<SymbolId, std::vector<Category>> categories;
    std::vector<Category> all;
    for (const InputFile* file : link_.inputs.files) {
      if (!object_of(*file).has_subsections) continue;
      const std::set<ObjectSpot> at_load = targets_of(*file, "__objc_nlcatlist");
      for (const auto& [entry, body] : list_of(*file, "__objc_catlist")) {
        all.push_back({entry, body});
        // Compilers of before 2016 make shorter ones: what is behind them is another structure.
        if (at_load.contains(body) || reader_.size_of_piece(body) < kLeastCategorySize) continue;
        const auto base = reader_.pointer_at(body.at(kCategoryClass));
        if (!base || !base->global.is_valid() || base->addend != 0) continue;
        if (!categories.contains(base->global)) classes.push_back(base->global);
        categories[base->global].push_back({entry, body});
      }
    }
    for (const SymbolId id : classes) merge_into(id, categories[id]);
    keep_order(all);
  }

  std::vector<std::pair<ObjectSpot, ObjectSpot>> list_of(const InputFile& file, std::string_view name) {
    std::vector<std::pair<ObjectSpot, ObjectSpot>> list;
    const MachoObject& object = object_of(file);
    for (uint32_t i = 0; i < object.sections.size(); i++) {
      const InputSection& section = object.sections[i];
      if (!is_list_section(section, name) || section.is_zero_fill()) continue;
      for (uint64_t offset = 0; offset + kWord <= section.size; offset += kWord) {
        const ObjectSpot entry{&file, i, section.address + offset};
        if (const auto target = reader_.follow(entry)) list.emplace_back(entry, *target);
      }
    }
    return list;
  }

  std::set<ObjectSpot> targets_of(const InputFile& file, std::string_view name) {
    std::set<ObjectSpot> targets;
    for (const auto& [entry, target] : list_of(file, name)) targets.insert(target);
    return targets;
  }

  void merge_into(SymbolId base, const std::vector<Category>& categories) {
    const bool is_ours = link_.symbols.claim(base).is_definition();
    if (!is_ours && categories.size() < 2) return;
    Sources sources;
    for (const Category& category : categories)
      for (uint32_t kind = 0; kind < ListKinds; kind++)
        if (!append_list(category.body.at(kLists[kind].in_category), kind, sources)) return;
    const std::string name = fmt::format("{}({})", class_name(base), joined_names(categories));
    if (is_ours && !merge_into_class(base, name, sources)) return;
    if (!is_ours) add_category(base, categories, name, sources);
    for (const Category& category : categories) {
      for (const ListRow& row : kLists) drop_list(category.body.at(row.in_category));
      drop(category.body);
      drop(category.entry);
    }
  }

  std::string_view class_name(SymbolId id) const {
    const std::string_view name = link_.symbols.name(id);
    return name.starts_with(kClassPrefix) ? name.substr(kClassPrefix.size()) : name;
  }

  std::string joined_names(const std::vector<Category>& categories) {
    std::string names;
    for (const Category& category : categories) {
      const auto name = reader_.pointer_at(category.body.at(kCategoryName));
      if (!names.empty()) names += '|';
      if (name && name->spot) names += reader_.string_at(*name->spot);
    }
    return names;
  }

  void add_category(SymbolId base, const std::vector<Category>& categories, const std::string& name,
                    const Sources& sources) {
    const ObjectPlace body = append_constant({}, kCategorySize);
    store<uint32_t>(object_.bytes_at(body) + kCategorySize - kWord, kCategorySize);
    add_word(body, kCategoryName, add_string(joined_names(categories)));
    add_word(body, kCategoryClass, refer_to(std::string(link_.symbols.name(base))));
    for (uint32_t kind = 0; kind < ListKinds; kind++)
      if (const Words words = join(kind, sources[kind], false); !words.empty())
        add_word(body, kLists[kind].in_category, add_list(kind, name, words));
    add_entry(add_local(fmt::format("__OBJC_$_CATEGORY_{}", name), body));
  }

  void add_entry(SymbolRef category) {
    const uint32_t entries = object_.section("__DATA", "__objc_catlist", S_REGULAR | S_ATTR_NO_DEAD_STRIP);
    add_word(object_.append(entries, {}, kWord, kWord), 0, category);
  }

  // The runtime gives way to categories that are listed later: those that stay behind those that were joined do so.
  void keep_order(const std::vector<Category>& all) {
    std::set<const InputFile*> changed;
    for (const Category& category : all)
      if (edited_.contains(category.entry)) changed.insert(category.entry.file);
    for (const Category& category : all) {
      if (edited_.contains(category.entry) || !changed.contains(category.entry.file)) continue;
      drop(category.entry);
      add_entry(refer_to(SpotPointer{{}, 0, category.body}));
    }
  }

  SymbolRef add_string(const std::string& text) {
    const uint32_t section = object_.section("__TEXT", "__objc_classname", S_CSTRING_LITERALS);
    const auto size = text.size() + 1;
    return add_local("L_category_name",
                     object_.append(section, as_bytes(std::string_view(text.c_str(), size)), size, 1));
  }

  // ---- classes

  // The constant part of a class. Nothing: it is not where it should be.
  std::optional<ClassData> data_of(const ObjectSpot& of_class) {
    auto data = reader_.follow(of_class.at(kDataInClass));
    if (!data) return std::nullopt;
    data->address &= ~kDataFlagsMask;
    const uint64_t size = reader_.size_of_piece(*data);
    if (size < kDataSize || edited_.contains(*data)) return std::nullopt;
    return ClassData{*data, size};
  }

  bool merge_into_class(SymbolId base, const std::string& name, Sources& sources) {
    const Claim claim = link_.symbols.claim(base);
    if (claim.file().value == 0) return false;
    const InputFile& file = link_.inputs.file(claim.file());
    const RawSymbol raw = raw_symbol(link_, object_of(file), claim.raw_symbol());
    if (!is_defined_in_section(raw) || !object_of(file).has_subsections) return false;
    const ObjectSpot spot{&file, raw.sect - 1u, raw.value};
    const auto metaclass = reader_.follow(spot.at(kMetaclassInClass));
    const auto data = data_of(spot), meta_data = metaclass ? data_of(*metaclass) : std::nullopt;
    if (!data || !meta_data) return false;
    for (uint32_t kind = 0; kind < ListKinds; kind++) {
      const ClassData& owner = kLists[kind].is_of_metaclass ? *meta_data : *data;
      if (!append_list(owner.spot.at(kLists[kind].in_class), kind, sources)) return false;
    }
    std::map<uint32_t, SymbolRef> in_data, in_meta_data;
    for (uint32_t kind = 0; kind < ListKinds; kind++) {
      const Words words = join(kind, sources[kind], true);
      if (words.empty()) continue;
      const SymbolRef list = add_list(kind, name, words);
      (kLists[kind].is_of_metaclass ? in_meta_data : in_data)[kLists[kind].in_class] = list;
      if (kind == Protocols) in_meta_data[kProtocolsInData] = list;
    }
    replace(*data, in_data);
    replace(*meta_data, in_meta_data);
    return true;
  }

  // A copy with other lists takes its place.
  void replace(const ClassData& data, const std::map<uint32_t, SymbolRef>& lists) {
    for (const ListRow& row : kLists) drop_list(data.spot.at(row.in_class));
    const Bytes bytes = reader_.bytes_at(data.spot).first(data.size);
    const ObjectPlace place = append_constant(bytes, data.size);
    for (uint32_t offset = 0; offset + kWord <= data.size; offset += kWord) {
      const auto list = lists.find(offset);
      const auto pointer = reader_.pointer_at(data.spot.at(offset));
      const bool is_list = std::ranges::any_of(kLists, [&](const ListRow& row) { return row.in_class == offset; });
      if (list != lists.end() || pointer) store<uint64_t>(object_.bytes_at({place.section, place.offset + offset}), 0);
      if (list != lists.end()) {
        add_word(place, offset, list->second);
      } else if (!is_list && can_refer_to(pointer)) {
        add_word(place, offset, refer_to(*pointer));
      }
    }
    add_local(std::string(reader_.name_at(data.spot)), place);
    edit(data.spot, name_for_others(place));
  }

  const Link& link_;
  MachoState& state_;
  ObjectAssembler& object_;
  SelectorReferences& selectors_;
  ObjcReader reader_;
  std::map<std::string, SymbolRef> undefined_;
  std::set<ObjectSpot> edited_;
  uint32_t next_name_ = 0;
  bool has_made_ = false;
};

}  // namespace

bool rewrite_objc_lists(const Link& link, ObjectAssembler& object, SelectorReferences& selectors) {
  const DarwinOptions& options = link.options().darwin;
  if ((!options.merges_categories && !options.has_relative_method_lists) || link.target().word_size != 8) return false;
  return ListRewriter(link, object, selectors).run();
}

void place_objc_names(Link& link) {
  for (const auto& [name, place] : state_of(link).objc_places) {
    const SymbolId id = link.symbols.find(name);
    if (!id.is_valid()) continue;
    const Subsection* piece = subsection_at(object_of(link.inputs.file(place.file)), place.section, place.address);
    if (!piece) continue;
    const uint64_t offset = place.address - piece->address;
    const bool is_elsewhere = piece->instead.is_valid();
    const AtomId atom = is_elsewhere ? link.symbols.atom(piece->instead) : piece->atom;
    if (!atom.is_valid()) continue;  // it is reported as undefined
    link.symbols.offer(id, Claim::make(ClaimClass::Provided, FileId{0u}, id.value));
    link.symbols.place(id, atom, offset + (is_elsewhere ? link.symbols.value(piece->instead) : 0));
    link.symbols.add_flags(id, symbol_flag::kDefined | symbol_flag::kHidden);
  }
}

}  // namespace xld::macho
