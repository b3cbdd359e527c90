// See facts.h.
#include "kernel_image/facts.h"

#include <algorithm>
#include <fmt/core.h>

#include "formats/flag_setters.h"

namespace xld::kernel_image {

namespace {

// Physical address of a defined symbol.
std::optional<uint64_t> physical_address(const Link& link, std::string_view symbol) {
  const SymbolId id = link.symbols.find(symbol);
  if (!id.is_valid() || !link.symbols.has(id, symbol_flag::kDefined)) return std::nullopt;
  const AtomId atom = link.symbols.atom(id);
  const uint64_t value = link.symbols.value(id);
  const uint64_t address = atom.is_valid() ? link.address_of(link.atom(atom), value) : value;
  return address - image_facts(link).virtual_offset;
}

}  // namespace

ImageFacts image_facts(const Link& link) {
  const LayoutPlan& plan = link.layout.plan;
  ImageFacts facts;
  facts.load_start = facts.load_end = facts.memory_end = plan.load_base.value_or(plan.base_address);
  facts.virtual_offset = plan.base_address - facts.load_start;
  for (const OutputSection& section : link.layout.sections) {
    if (!section.is_allocated || (section.is_thread_local && section.is_zero_fill)) continue;
    const uint64_t end = section.load_address + section.size;
    facts.memory_end = std::max(facts.memory_end, end);
    if (!section.is_zero_fill) facts.load_end = std::max(facts.load_end, end);
  }
  return facts;
}

std::vector<Run> image_runs(const Link& link) {
  std::vector<Run> runs;
  for (const OutputSection& section : link.layout.sections)
    if (section.is_allocated && section.file_size() != 0)
      runs.push_back({section.load_address, section.file_offset, section.file_size()});
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.address < b.address; });
  return runs;
}

bool read_back(const Link& link, Image& image, uint64_t offset, MutableBytes out) {
  if (image.read(offset, out)) return true;
  link.diagnostics().error(
      fmt::format("cannot read back what was written to {}; name a file that is no device with -o", link.output_path));
  return false;
}

std::string_view entry_name(const Link& link) {
  return link.options().entry.empty() ? link.target().entry : std::string_view(link.options().entry);
}

uint64_t physical_entry(const Link& link) {
  if (const auto address = physical_address(link, entry_name(link))) return *address;
  if (const auto number = parse_number(entry_name(link))) return *number - image_facts(link).virtual_offset;
  const auto code = std::find_if(link.layout.sections.begin(), link.layout.sections.end(),
                                 [&](const auto& section) { return section.name == link.target().code_section; });
  return code == link.layout.sections.end() ? 0 : code->load_address;
}

}  // namespace xld::kernel_image
