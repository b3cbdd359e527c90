// See named_atoms.h. gABI "Symbol Table": what a symbol is defined in.
#include "formats/elf/named_atoms.h"

#include "core/parallel.h"
#include "formats/elf/object.h"

namespace xld::elf {

namespace {

using Names = std::unordered_map<std::string_view, uint32_t>;

constexpr size_t kFilesPerTask = 16;

template <class E>
std::vector<NamedAtom> find_locals(const Link& link, const InputFile& file, const Names& names) {
  const ElfObject& object = object_of(file);
  std::vector<NamedAtom> found;
  for (uint32_t i = 1; i < object.first_global; i++) {
    const auto symbol = raw_symbol<E>(object, i);
    const uint32_t section = section_index(object, i, symbol);
    if (symbol.name == 0 || section >= object.atom_of.size()) continue;
    const auto name = names.find(string_at(object.symbol_names, symbol.name));
    if (name == names.end() || !is_linked(link, object.atom_of[section])) continue;
    found.push_back({object.atom_of[section], name->second});
  }
  return found;
}

}  // namespace

std::vector<NamedAtom> find_named_atoms(const Link& link, const Names& names) {
  std::vector<NamedAtom> found;
  for (const auto& [name, value] : names) {
    const SymbolId id = link.symbols.find(name);
    if (!id.is_valid()) continue;
    const AtomId atom = link.symbols.atom(id);
    if (is_linked(link, atom)) found.push_back({atom, value});
  }
  std::sort(found.begin(), found.end(), [](const NamedAtom& a, const NamedAtom& b) { return a.name < b.name; });
  const std::vector<InputFile*>& files = link.inputs.files;
  std::vector<std::vector<NamedAtom>> locals(files.size());
  parallel_for(link.session.pool, files.size(), kFilesPerTask, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++)
      locals[i] = link.target().word_size == 8 ? find_locals<Elf64>(link, *files[i], names)
                                               : find_locals<Elf32>(link, *files[i], names);
  });
  for (const std::vector<NamedAtom>& of_file : locals) found.insert(found.end(), of_file.begin(), of_file.end());
  return found;
}

}  // namespace xld::elf
