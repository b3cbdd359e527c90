// See symbol_warnings.h.
#include "formats/elf/symbol_warnings.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>

#include "formats/elf/elf.h"
#include "formats/elf/shared_object.h"
#include "formats/elf/state.h"

namespace xld::elf {

namespace {

template <class E>
void read_library_warnings(const InputFile& library, std::vector<SymbolWarning>& out) {
  using Section = typename E::SectionHeader;
  const SharedObject& object = library_of(library);
  const auto header = read<typename E::Header>(object.bytes, 0);
  if (!header || header->shstrndx == 0 || header->shstrndx >= object.section_count) return;
  const auto section = [&](uint32_t index) {
    return load<Section>(object.section_headers + size_t{index} * sizeof(Section));
  };
  const Section names_header = section(header->shstrndx);
  const auto names = slice(object.bytes, names_header.offset, names_header.size);
  for (uint32_t i = 1; names && i < object.section_count; i++) {
    const Section row = section(i);
    const std::string_view name = c_string_at(*names, row.name).value_or("");
    if (!name.starts_with(kWarningPrefix) || row.type == SHT_NOBITS) continue;
    if (const auto contents = slice(object.bytes, row.offset, row.size))
      out.push_back({library.id, name.substr(kWarningPrefix.size()), warning_text(*contents)});
  }
}

// By symbol. An object speaks for whoever defines the symbol, a library for itself.
std::map<SymbolId, std::string_view> warnings_in_force(const Link& link) {
  std::vector<SymbolWarning> all = state_of(link).symbol_warnings.list();
  for (const InputFile* library : link.inputs.libraries) {
    if (!library->format_data) continue;
    if (library_of(*library).is_64_bit) {
      read_library_warnings<Elf64>(*library, all);
    } else {
      read_library_warnings<Elf32>(*library, all);
    }
  }
  std::map<SymbolId, std::string_view> texts;
  for (const SymbolWarning& warning : all) {
    const SymbolId id = link.symbols.find(warning.symbol);
    const bool is_of_library = link.inputs.file(warning.file).is_library;
    if (!id.is_valid() || !link.symbols.has(id, symbol_flag::kReferenced)) continue;
    if (!is_of_library || link.symbols.claim(id).file() == warning.file) texts[id] = warning.text;
  }
  return texts;
}

}  // namespace

std::string_view warning_text(Bytes contents) {
  std::string_view text = as_text(contents);
  text = text.substr(0, text.find('\0'));
  while (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

void report_symbol_warnings(const Link& link) {
  const auto texts = warnings_in_force(link);
  if (texts.empty() || !link.applies_relocs()) return;
  for (const InputFile* file : link.inputs.files) {
    for (uint32_t i = 0; i < file->globals.size(); i++) {
      const auto found = texts.find(file->globals[i]);
      if (found == texts.end() || link.symbols.claim(found->first).file() == file->id) continue;
      link.diagnostics().warn(fmt::format("{}: {}", file->display_name(), found->second), file->id, i);
    }
  }
}

}  // namespace xld::elf
