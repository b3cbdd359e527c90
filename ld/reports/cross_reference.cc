// --cref: a table in GNU ld's form, which scripts read: a name, the file that defines it, then the files that use it.
#include <algorithm>
#include <fmt/core.h>
#include <tuple>

#include "ld/messages.h"
#include "ld/reports/reports.h"

namespace xld {

namespace {

constexpr size_t kFileColumn = 50;

struct Mention {
  std::string_view name;
  SymbolId symbol;
  bool is_use = false;  // the definition sorts first
  FileId file;
  auto key() const { return std::tie(name, symbol, is_use, file); }
};

std::vector<Mention> collect_mentions(const Link& link) {
  std::vector<Mention> mentions;
  for (const InputFile* file : link.inputs.files) {
    for (const FileSymbol& symbol : link.format->describe->list_symbols(link, *file)) {
      if (!symbol.global.is_valid()) continue;
      const Claim claim = link.symbols.claim(symbol.global);
      const bool defines = claim.file() == file->id && claim.claim_class() == symbol.claim_class;
      mentions.push_back({symbol.name, symbol.global, !defines, file->id});
    }
  }
  std::sort(mentions.begin(), mentions.end(), [](const Mention& a, const Mention& b) { return a.key() < b.key(); });
  return mentions;
}

}  // namespace

std::string cross_reference(const Link& link) {
  std::string text = fmt::format("\nCross Reference Table\n\n{:<{}}File\n", "Symbol", kFileColumn);
  SymbolId previous;
  for (const Mention& mention : collect_mentions(link)) {
    std::string column;
    if (mention.symbol != previous) {
      column = readable_name(link, mention.name);
      if (column.size() >= kFileColumn) text += column + "\n", column.clear();
    }
    text += fmt::format("{:<{}}{}\n", column, kFileColumn, link.inputs.file(mention.file).display_name());
    previous = mention.symbol;
  }
  return text;
}

}  // namespace xld
