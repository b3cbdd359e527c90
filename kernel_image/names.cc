// See names.h. The tables' formats are those of kernel_image/runtime, which reads them.
#include "kernel_image/names.h"

#include <algorithm>

#include "formats/elf/elf.h"
#include "formats/elf/linker_sections.h"
#include "kernel_image/facts.h"
#include "kernel_image/tables.h"

namespace xld::kernel_image {

namespace {

// Numbers other projects patch into their images after the link.
struct NumberRow {
  std::string_view name;
  uint64_t (*value)(const Link&, const ImageFacts&);
};

constexpr NumberRow kNumbers[] = {
    {"__image_load_start", [](const Link&, const ImageFacts& facts) { return facts.load_start; }},
    {"__image_load_end", [](const Link&, const ImageFacts& facts) { return facts.load_end; }},
    {"__image_memory_end", [](const Link&, const ImageFacts& facts) { return facts.memory_end; }},
    {"__image_virtual_offset", [](const Link&, const ImageFacts& facts) { return facts.virtual_offset; }},
    {"__image_size", [](const Link&, const ImageFacts& facts) { return facts.size(); }},
    {"__image_sectors", [](const Link&, const ImageFacts& facts) { return facts.sectors(); }},
    {"__image_entry", [](const Link& link, const ImageFacts&) { return physical_entry(link); }},
};

constexpr std::string_view kImageTable = "__xrt_image";
constexpr std::string_view kSymbolTable = "__xrt_symbols";
constexpr std::string_view kTablesSection = ".rodata.xrt";

bool is_provided(const Link& link, std::string_view name) {
  const SymbolId id = link.symbols.find(name);
  return id.is_valid() && link.symbols.claim(id).claim_class() == ClaimClass::Provided;
}

void provide(Link& link, std::string_view name, uint32_t flags) {
  const SymbolId id = link.symbols.find(name);
  if (elf::is_wanted(link, id)) elf::claim_name(link, id, flags);
}

void define(Link& link, std::string_view name, uint64_t value) {
  if (is_provided(link, name)) link.symbols.place(link.symbols.find(name), AtomId(), value);
}

}  // namespace

void provide_symbols(Link& link) {
  elf::provide_symbols(link);
  for (const NumberRow& row : kNumbers) provide(link, row.name, symbol_flag::kAbsolute);
  for (const std::string_view table : {kImageTable, kSymbolTable}) provide(link, table, symbol_flag::kHidden);
  // Nothing in the program refers to it: it stays if it is there.
  const SymbolId entry64 = link.symbols.find(kEntry64);
  if (entry64.is_valid()) link.symbols.add_flags(entry64, symbol_flag::kRoot);
}

void add_tables(Link& link) {
  const auto add = [&](Chunk* table) {
    elf::output_section(link, kTablesSection, elf::SHT_PROGBITS, elf::SHF_ALLOC).chunks.push_back(table);
  };
  if (is_provided(link, kImageTable)) add(elf::add_chunk<ImageTable>(link, link));
  if (is_provided(link, kSymbolTable)) add(elf::add_chunk<FunctionTable>(link, link));
}

void define_symbols(Link& link) {
  elf::define_symbols(link);
  const ImageFacts facts = image_facts(link);
  for (const NumberRow& row : kNumbers) define(link, row.name, row.value(link, facts));
  for (const OutputSection& section : link.layout.sections) {
    if (section.name != kTablesSection) continue;
    for (const Chunk* chunk : section.chunks)
      for (const std::string_view name : {kImageTable, kSymbolTable})
        if (static_cast<const RuntimeTable*>(chunk)->name() == name) define(link, name, chunk->address);
  }
}

}  // namespace xld::kernel_image
