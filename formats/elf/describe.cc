// See describe.h.
#include "formats/elf/describe.h"

#include <fmt/core.h>

#include "formats/elf/object.h"

namespace xld::elf {

namespace {

template <class Fn>
auto with_class(const Link& link, Fn fn) {
  return link.target().word_size == 8 ? fn(Elf64()) : fn(Elf32());
}

// The function that covers an offset of a section, if its symbol table says so.
template <class E>
std::string_view function_at(const ElfObject& object, uint32_t section, uint64_t offset) {
  for (uint32_t i = 1; i < object.symbol_count; i++) {
    const auto symbol = raw_symbol<E>(object, i);
    if (type_of(symbol.info) != STT_FUNC || section_index(object, i, symbol) != section) continue;
    if (symbol.value <= offset && offset - symbol.value < symbol.size) return string_at(object.symbol_names, symbol.name);
  }
  return {};
}

template <class E>
std::string symbol_text(const ElfObject& object, uint32_t index) {
  if (index >= object.symbol_count) return fmt::format("symbol {}", index);
  const auto symbol = raw_symbol<E>(object, index);
  const uint32_t section = section_index(object, index, symbol);
  if (type_of(symbol.info) == STT_SECTION && section < object.section_count)
    return fmt::format("section {}", string_at(object.section_names, section_header<E>(object, section).name));
  return std::string(string_at(object.symbol_names, symbol.name));
}

}  // namespace

std::string describe_place(const Link& link, const Atom& atom, uint64_t offset) {
  const InputFile& file = link.inputs.file(atom.file);
  if (!file.format_data) return "COMMON";
  const ElfObject& object = object_of(file);
  const std::string_view function =
      with_class(link, [&](auto e) { return function_at<decltype(e)>(object, atom.raw, offset); });
  const std::string_view section = section_facts(link, object, atom.raw).name;
  if (function.empty()) return fmt::format("{}+{:#x}", section, offset);
  return fmt::format("{}+{:#x}, in function {}", section, offset, function);
}

std::string describe_symbol(const Link& link, const InputFile& file, uint32_t raw) {
  if (!file.format_data) return fmt::format("symbol {}", raw);
  return with_class(link, [&](auto e) { return symbol_text<decltype(e)>(object_of(file), raw); });
}

namespace {

uint64_t raw_size(const Link& link, const InputFile& file, uint32_t raw) {
  if (!file.format_data || raw >= object_of(file).symbol_count) return 0;
  return with_class(link, [&](auto e) -> uint64_t { return raw_symbol<decltype(e)>(object_of(file), raw).size; });
}

}  // namespace

uint64_t symbol_size(const Link& link, const InputFile& file, const Reloc& reloc) {
  if (reloc.target_kind != TargetKind::Symbol) return raw_size(link, file, reloc.raw_symbol);
  const Claim claim = link.symbols.claim(reloc.symbol());
  if (!claim.is_definition()) return 0;
  if (claim.claim_class() == ClaimClass::Common) return link.atom(link.symbols.atom(reloc.symbol())).size;
  return raw_size(link, link.inputs.file(claim.file()), claim.raw_symbol());
}

}  // namespace xld::elf
