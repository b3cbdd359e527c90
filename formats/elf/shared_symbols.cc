// The symbols of a shared library: what they offer to the link, and what a copy of one must look like.
// See shared_object.h.
#include <algorithm>
#include <bit>
#include <fmt/core.h>

#include "core/hash.h"
#include "formats/elf/elf.h"
#include "formats/elf/shared_object.h"

namespace xld::elf {

namespace {

template <class E>
SharedSymbol symbol_at(const SharedObject& object, uint32_t index) {
  const auto raw = load<typename E::Symbol>(object.symbols + size_t{index} * sizeof(typename E::Symbol));
  SharedSymbol symbol;
  symbol.name = c_string_at(object.symbol_names, raw.name).value_or("");
  symbol.value = raw.value;
  symbol.size = raw.size;
  symbol.section = raw.shndx;
  symbol.binding = binding_of(raw.info);
  symbol.type = type_of(raw.info);
  symbol.visibility = visibility_of(raw.other);
  if (!object.symbol_versions) return symbol;
  const auto version = load<uint16_t>(object.symbol_versions + size_t{index} * 2);
  symbol.version_index = version & VERSYM_VERSION;
  symbol.is_hidden_version = (version & VERSYM_HIDDEN) != 0;
  if (symbol.version_index > VER_NDX_GLOBAL && symbol.version_index < object.versions.size() &&
      !object.versions[symbol.version_index].is_base)
    symbol.version = object.versions[symbol.version_index].name;
  return symbol;
}

// Indices 0 and 1 say that there is no version.
bool has_known_version(const SharedObject& object, const SharedSymbol& symbol) {
  return symbol.version_index <= VER_NDX_GLOBAL ||
         (symbol.version_index < object.versions.size() && !object.versions[symbol.version_index].name.empty());
}

template <class E>
class NameReader {
 public:
  NameReader(const SharedObject& object, ClaimClass definition_class, Arena& arena)
      : object_(object), definition_class_(definition_class), arena_(arena), budget_(object.bytes.size()) {}

  std::optional<Error> read(std::span<Occurrence> names) {
    for (uint32_t i = 0; i < names.size(); i++) {
      const uint32_t index = object_.first_global + i;
      const auto raw = load<typename E::Symbol>(object_.symbols + size_t{index} * sizeof(typename E::Symbol));
      const uint8_t* table = object_.symbol_names.data();
      if (raw.name >= object_.symbol_names.size())
        return Error{fmt::format("dynamic symbol {}: name offset {:#x} is outside the string table of {:#x} bytes",
                                 index, raw.name, object_.symbol_names.size())};
      const HashedName hashed = hash_c_string(table + raw.name, table + object_.symbol_names.size());
      if (!hashed.is_terminated()) return Error{fmt::format("dynamic symbol {}: name has no end", index)};
      const SharedSymbol symbol = symbol_at<E>(object_, index);
      if (!has_known_version(object_, symbol))
        return Error{fmt::format("dynamic symbol {} ({}): its version {} is not in the version tables", index,
                                 hashed.name, symbol.version_index)};
      if (object_.symbol_versions && symbol.version_index == VER_NDX_LOCAL && symbol.is_defined() &&
          symbol.is_visible())
        return Error{
            fmt::format("dynamic symbol {}: invalid version index 0 for defined symbol {}: it says that the "
                        "symbol is local",
                        index, hashed.name)};
      names[i] = occurrence_of(symbol, hashed);
      if (is_over_budget_)
        return Error{fmt::format("dynamic symbol {}: the names of hidden versions are longer than the file", index)};
    }
    return std::nullopt;
  }

 private:
  Occurrence occurrence_of(const SharedSymbol& symbol, const HashedName& hashed) {
    Occurrence occurrence;
    const bool is_linkable = symbol.is_visible() && !is_unreachable(symbol);
    const HashedName name = is_linkable ? linked_name(symbol, hashed) : HashedName{"", hash_name("")};
    occurrence.name = name.name.data();
    occurrence.length = static_cast<uint32_t>(name.name.size());
    occurrence.hash = name.hash;
    occurrence.is_weak_reference = symbol.binding == STB_WEAK || !is_linkable;
    if (is_linkable && symbol.is_defined()) occurrence.claim_class = definition_class_;
    return occurrence;
  }

  // A hidden version without a name.
  static bool is_unreachable(const SharedSymbol& symbol) {
    return symbol.is_defined() && symbol.is_hidden_version && symbol.version.empty();
  }

  HashedName linked_name(const SharedSymbol& symbol, const HashedName& hashed) {
    if (!symbol.is_defined() || !symbol.is_hidden_version) return hashed;
    const size_t length = symbol.name.size() + 1 + symbol.version.size();
    // Each symbol has a name of its own, so all of them fit into the file, unless it is made to exhaust us.
    if (length > budget_) return is_over_budget_ = true, hashed;
    budget_ -= length;
    const auto text = arena_.allocate_array<char>(length);
    char* end = std::copy(symbol.name.begin(), symbol.name.end(), text.data());
    *end++ = '@';
    std::copy(symbol.version.begin(), symbol.version.end(), end);
    const std::string_view name(text.data(), length);
    return {name, hash_name(name)};
  }

  const SharedObject& object_;
  ClaimClass definition_class_;
  Arena& arena_;
  size_t budget_;  // of bytes for names
  bool is_over_budget_ = false;
};

template <class E>
bool is_writable_at(const SharedObject& object, uint64_t address) {
  bool is_writable = false;
  for (uint32_t i = 0; i < object.segment_count; i++) {
    const auto segment =
        load<typename E::ProgramHeader>(object.program_headers + i * sizeof(typename E::ProgramHeader));
    if (address < segment.vaddr || address - segment.vaddr >= segment.memsz) continue;
    if (segment.type == PT_GNU_RELRO) return false;
    if (segment.type == PT_LOAD) is_writable = (segment.flags & PF_W) != 0;
  }
  return is_writable;
}

// What the address is a multiple of, but no more than its section asks for, or a page where there are no sections.
template <class E>
uint64_t alignment_at(const SharedObject& object, const SharedSymbol& symbol) {
  constexpr uint64_t kPage = 4096;
  uint64_t limit = kPage;
  if (symbol.section < object.section_count) {
    using Section = typename E::SectionHeader;
    const auto section = load<Section>(object.section_headers + size_t{symbol.section} * sizeof(Section));
    limit = std::bit_floor(std::clamp<uint64_t>(section.addralign, 1, uint64_t{1} << 31));
  }
  const uint64_t lowest_bit = symbol.value & (~symbol.value + 1);
  return lowest_bit == 0 ? limit : std::min(limit, lowest_bit);
}

template <class E>
bool is_zero_fill_at(const SharedObject& object, uint64_t address) {
  for (uint32_t i = 0; i < object.segment_count; i++) {
    const auto segment =
        load<typename E::ProgramHeader>(object.program_headers + i * sizeof(typename E::ProgramHeader));
    if (segment.type != PT_LOAD || address < segment.vaddr || address - segment.vaddr >= segment.memsz) continue;
    return address - segment.vaddr >= segment.filesz;
  }
  return false;
}

template <class E>
CopySource copy_source_as(const SharedObject& object, const SharedSymbol& symbol) {
  return {alignment_at<E>(object, symbol), !is_writable_at<E>(object, symbol.value),
          is_zero_fill_at<E>(object, symbol.value)};
}

}  // namespace

bool SharedSymbol::is_visible() const {
  return binding != STB_LOCAL && type != STT_SECTION && type != STT_FILE && visibility != STV_HIDDEN &&
         visibility != STV_INTERNAL;
}

std::optional<Error> read_shared_names(const SharedObject& object, ClaimClass definition_class, Arena& arena,
                                       std::span<Occurrence> names) {
  names = names.first(std::min<size_t>(names.size(), object.symbol_count - object.first_global));
  return object.is_64_bit ? NameReader<Elf64>(object, definition_class, arena).read(names)
                          : NameReader<Elf32>(object, definition_class, arena).read(names);
}

SharedSymbol shared_symbol(const SharedObject& object, uint32_t index) {
  return object.is_64_bit ? symbol_at<Elf64>(object, index) : symbol_at<Elf32>(object, index);
}

CopySource copy_source(const SharedObject& object, const SharedSymbol& symbol) {
  return object.is_64_bit ? copy_source_as<Elf64>(object, symbol) : copy_source_as<Elf32>(object, symbol);
}

}  // namespace xld::elf
