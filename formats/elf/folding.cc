// See folding.h.
#include "formats/elf/folding.h"

#include "formats/elf/liveness_roots.h"
#include "formats/elf/object.h"
#include "formats/elf/section_names.h"
#include "formats/elf/state.h"

namespace xld::elf {

std::optional<FoldKind> fold_kind(const Link& link, const InputFile& file, const Atom& atom) {
  const SectionKey& output = state_of(link).section_keys.keys()[atom.section.value];
  // Programs walk sections named like C identifiers from __start_ to __stop_.
  if (is_c_identifier(output.name)) return std::nullopt;
  const bool is_code = atom.has(atom_flag::kExecutable);
  if (atom.has(atom_flag::kWritable) && (is_code || output.name != ".data.rel.ro")) return std::nullopt;
  // Whether the address of a constant matters is not seen in its uses: only the compiler can tell.
  if (!is_code && object_of(file).significance_section == 0) return std::nullopt;
  if (is_root(link, file, atom)) return std::nullopt;
  return FoldKind{output.type};
}

namespace {

// Unsigned LEB128 (DWARF 5 §7.6). Empty: cut off, or too large for a symbol index.
std::optional<uint32_t> read_leb(Bytes& bytes) {
  uint64_t value = 0;
  for (uint32_t shift = 0; shift < 35 && !bytes.empty(); shift += 7) {
    const uint8_t byte = bytes[0];
    bytes = bytes.subspan(1);
    value |= uint64_t{byte & 0x7fu} << shift;
    if (!(byte & 0x80)) return value <= UINT32_MAX ? std::optional(static_cast<uint32_t>(value)) : std::nullopt;
  }
  return std::nullopt;
}

template <class E>
AtomId atom_of_symbol(const Link& link, const InputFile& file, uint32_t index) {
  const ElfObject& object = object_of(file);
  if (index >= object.symbol_count) return {};
  if (index >= object.first_global) {
    const uint32_t global = index - object.first_global;
    return global < file.globals.size() ? link.symbols.atom(file.globals[global]) : AtomId();
  }
  const uint32_t section = section_index(object, index, raw_symbol<E>(object, index));
  const AtomId id = section < object.section_count ? object.atom_of[section] : AtomId();
  return id == kDiscardedAtom ? AtomId() : id;
}

}  // namespace

bool significant_atoms(const Link& link, const InputFile& file, std::vector<AtomId>& out) {
  const ElfObject& object = object_of(file);
  if (object.significance_section == 0) return false;
  const SectionFacts facts = section_facts(link, object, object.significance_section);
  Bytes list = slice(file.bytes, facts.offset, facts.size).value_or(Bytes());
  while (!list.empty()) {
    const auto index = read_leb(list);
    if (!index) {
      report_section(link, file, object.significance_section, "the list of symbols is malformed");
      return false;
    }
    const AtomId id = link.target().word_size == 8 ? atom_of_symbol<Elf64>(link, file, *index)
                                                   : atom_of_symbol<Elf32>(link, file, *index);
    if (id.is_valid()) out.push_back(id);
  }
  return true;
}

}  // namespace xld::elf
