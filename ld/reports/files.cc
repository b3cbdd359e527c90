// -t and -y: which files take part, and which of them define or use a symbol. One line each, as GNU ld prints them.
#include <fmt/core.h>
#include <set>

#include "ld/messages.h"
#include "ld/reports/map.h"
#include "ld/reports/reports.h"

namespace xld {

// In the order of the command line. Files in intermediate code are listed beside what was compiled of them.
std::string list_files(const Link& link) {
  std::string text;
  for (const InputFile* file : link.inputs.by_id)
    if (file && file->id.value != 0) text += file->display_name() + "\n";
  return text;
}

// -why_load, a line a member: the name, as objects have it, or the option for which it was taken.
std::string list_extractions(const Link& link) {
  std::string text;
  for (const InputFile* file : link.inputs.by_id)  // those as well that a compiler has made something else of
    if (file && !file->taken_by.empty())
      text += fmt::format("{} forced load of {}\n", file->taken_by, file->display_name());
  std::set<FileId> known;
  for (const Extraction& reason : link.extractions) {
    const InputFile* member = link.inputs.by_id[reason.member.value];
    if (member && member->taken_by.empty() && known.insert(reason.member).second)
      text += fmt::format("{} forced load of {}\n", link.symbols.name(reason.symbol), member->display_name());
  }
  return text;
}

namespace {

std::string_view role_name(ClaimClass claim_class) {
  if (claim_class == ClaimClass::None) return "reference to";
  if (claim_class == ClaimClass::Common) return "common definition of";
  return is_weak(claim_class) ? "weak definition of" : "definition of";
}

std::string linker_definition(const Link& link, SymbolId id) {
  if (!link.symbols.has(id, symbol_flag::kLinkerMade)) return {};
  const bool is_from_option = link.symbols.claim(id).claim_class() == ClaimClass::Override;
  return fmt::format("{}: definition of {}\n", is_from_option ? "--defsym" : "<linker>",
                     readable_name(link, link.symbols.name(id)));
}

}  // namespace

std::string trace_symbols(const Link& link) {
  std::string text;
  std::vector<uint8_t> is_traced(link.symbols.size(), 0);
  for (const std::string& name : link.options().trace_symbols) {
    const SymbolId id = link.symbols.find(name);
    if (!id.is_valid()) continue;
    is_traced[id.value] = 1;
    text += linker_definition(link, id);
  }
  for (const InputFile* file : link.inputs.files) {
    for (const FileSymbol& symbol : link.format->describe->list_symbols(link, *file)) {
      if (!symbol.global.is_valid() || !is_traced[symbol.global.value]) continue;
      text += fmt::format("{}: {} {}\n", file->display_name(), role_name(symbol.claim_class),
                          readable_name(link, symbol.name));
    }
  }
  for (const InputFile* library : link.inputs.libraries) {
    for (uint32_t i = 0; i < library->globals.size(); i++) {
      const SymbolId id = library->globals[i];
      if (!is_traced[id.value]) continue;
      const Claim claim = link.symbols.claim(id);
      const bool is_definer = claim.file() == library->id && claim.raw_symbol() == library->first_global + i;
      text += fmt::format("{}: {} {}\n", library->path, is_definer ? "definition of" : "mention of",
                          readable_name(link, link.symbols.name(id)));
    }
  }
  return text;
}

}  // namespace xld
