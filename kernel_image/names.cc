// See names.h.
#include "kernel_image/names.h"

#include <algorithm>

#include "formats/elf/elf.h"
#include "formats/elf/headers.h"
#include "formats/elf/linker_sections.h"
#include "kernel_image/checksums.h"
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

constexpr std::string_view kFunctionTable = "__xrt_symbols";
constexpr std::string_view kFunctionTableSection = ".xrt_symbols";
constexpr std::string_view kChecksum = "__image_crc32";
constexpr std::string_view kChecksumSection = ".image_crc32";
constexpr std::string_view kElfHeader = "__ehdr_start";

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
  provide(link, kFunctionTable, symbol_flag::kHidden);
  provide(link, kChecksum, symbol_flag::kHidden);
}

void add_tables(Link& link) {
  if (is_provided(link, kFunctionTable))
    elf::output_section(link, kFunctionTableSection, elf::SHT_PROGBITS, elf::SHF_ALLOC)
        .chunks.push_back(add_chunk<FunctionTable>(link, link));
  if (is_provided(link, kChecksum))
    elf::output_section(link, kChecksumSection, elf::SHT_PROGBITS, elf::SHF_ALLOC)
        .chunks.push_back(add_chunk<ChecksumChunk>(link));
}

void define_symbols(Link& link) {
  elf::define_symbols(link);
  const ImageFacts facts = image_facts(link);
  for (const NumberRow& row : kNumbers) define(link, row.name, row.value(link, facts));
  for (const auto& [name, section] : {std::pair(kFunctionTable, kFunctionTableSection), {kChecksum, kChecksumSection}})
    if (is_provided(link, name)) define(link, name, elf::find_section(link, section)->chunks.front()->address);
  // The headers stand in the first section, behind the code of kinds that begin with code.
  if (const OutputSection& head = link.layout.sections.front(); head.name.empty() && head.is_allocated)
    define(link, kElfHeader, head.chunks.back()->address);
}

void seal_names(const Link& link, Image& image) {
  if (!is_provided(link, kChecksum)) return;
  const Chunk* word = elf::find_section(link, kChecksumSection)->chunks.front();
  write_image_checksum(link, image, static_cast<const ChecksumChunk&>(*word));
}

}  // namespace xld::kernel_image
