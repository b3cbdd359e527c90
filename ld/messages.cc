// See messages.h. The wording follows lld's, which editors and build tools already parse.
#include "ld/messages.h"

#include <fmt/core.h>

namespace xld {

namespace {
constexpr size_t kShownReferences = 3;
}

std::string readable_name(const Link& /*link*/, std::string_view name) { return std::string(name); }

std::string place_of(const Link& link, const InputFile& file, const Atom& atom, uint64_t offset) {
  return fmt::format("{}:({})", file.display_name(), link.format->describe_place(link, atom, offset));
}

namespace {

std::string target_name(const Link& link, const InputFile& file, const Reloc& reloc) {
  if (reloc.target_kind == TargetKind::Symbol) return readable_name(link, link.symbols.name(reloc.symbol()));
  return link.format->describe_symbol(link, file, reloc.raw_symbol);
}

}  // namespace

void report_reloc(const Link& link, const InputFile& file, const Atom& atom, const Reloc& reloc, const std::string& what) {
  link.diagnostics().error(fmt::format("{}: relocation {} against {}: {}", place_of(link, file, atom, reloc.offset),
                                       link.format->reloc_name(link, reloc.raw_type), target_name(link, file, reloc), what),
                           file.id, uint64_t{atom.raw} << 32 | reloc.offset);
}

void report_duplicate(const Link& link, SymbolId symbol, const InputFile& first, uint32_t first_raw,
                      const InputFile& second, uint32_t second_raw) {
  link.diagnostics().error(
      fmt::format("duplicate symbol: {}\n>>> defined in {} ({})\n>>> and again in {} ({})",
                  readable_name(link, link.symbols.name(symbol)), first.display_name(),
                  link.format->describe_symbol(link, first, first_raw), second.display_name(),
                  link.format->describe_symbol(link, second, second_raw)),
      second.id, second_raw);
}

void report_undefined(const Link& link, std::span<const UndefinedReference> references) {
  for (size_t i = 0; i < references.size();) {
    const SymbolId symbol = references[i].symbol;
    std::string text = fmt::format("undefined symbol: {}", readable_name(link, link.symbols.name(symbol)));
    size_t count = 0;
    for (; i < references.size() && references[i].symbol == symbol; i++) {
      if (++count > kShownReferences) continue;
      const Atom& atom = link.atom(references[i].atom);
      const InputFile& file = link.inputs.file(atom.file);
      text += fmt::format("\n>>> referenced by {}", place_of(link, file, atom, references[i].offset));
    }
    if (count > kShownReferences) text += fmt::format("\n>>> referenced {} more times", count - kShownReferences);
    link.diagnostics().error(text);
  }
}

}  // namespace xld
