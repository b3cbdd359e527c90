// See code_starts.h.
#include "formats/code_starts.h"

#include <algorithm>

#include "formats/format.h"

namespace xld {

namespace {

std::map<uint32_t, std::vector<uint32_t>> starts_of_file(const Link& link, const InputFile& file) {
  std::map<uint32_t, std::vector<uint32_t>> starts;
  for (const FileSymbol& symbol : link.format->describe->list_symbols(link, file))
    if (symbol.atom.is_valid() && symbol.value <= UINT32_MAX)
      starts[symbol.atom.value].push_back(static_cast<uint32_t>(symbol.value));
  for (auto& [atom, offsets] : starts) {
    std::ranges::sort(offsets);
    offsets.erase(std::ranges::unique(offsets).begin(), offsets.end());
  }
  return starts;
}

}  // namespace

std::span<const uint32_t> CodeStarts::of(const Link& link, const Atom& atom) {
  const std::lock_guard lock(mutex_);
  const auto [entry, is_new] = by_file_.try_emplace(atom.file.value);
  if (is_new) entry->second = starts_of_file(link, link.inputs.file(atom.file));
  const auto found = entry->second.find(link.id_of(atom).value);
  return found == entry->second.end() ? std::span<const uint32_t>() : found->second;
}

}  // namespace xld
