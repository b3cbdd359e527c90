// See dynamic.h. Entries a static PIE's start-up code reads: its own relocations, and tables it asks for by tag.
#include "formats/elf/dynamic.h"

#include "formats/elf/elf.h"
#include "formats/elf/headers.h"
#include "formats/elf/relocs.h"

namespace xld::elf {

namespace {

struct ArrayTags {
  std::string_view section;
  int64_t address, size;
};
constexpr ArrayTags kArrays[] = {
    {".preinit_array", DT_PREINIT_ARRAY, DT_PREINIT_ARRAYSZ},
    {".init_array", DT_INIT_ARRAY, DT_INIT_ARRAYSZ},
    {".fini_array", DT_FINI_ARRAY, DT_FINI_ARRAYSZ},
};

}  // namespace

std::vector<DynamicChunk::Entry> DynamicChunk::entries() const {
  std::vector<Entry> entries;
  const auto add_function = [&](int64_t tag, const std::string& name) {
    const SymbolId id = link_.symbols.find(name);
    if (!id.is_valid() || !link_.symbols.has(id, symbol_flag::kDefined)) return;
    entries.push_back({tag, link_.symbol_addresses.empty() ? 0 : link_.symbol_addresses[id.value]});
  };
  add_function(DT_INIT, link_.options().init_function);
  add_function(DT_FINI, link_.options().fini_function);
  for (const ArrayTags& row : kArrays) {
    if (const OutputSection* section = find_section(link_, row.section)) {
      entries.push_back({row.address, section->address});
      entries.push_back({row.size, section->size});
    }
  }
  if (const OutputSection* section = find_section(link_, ".dynstr")) {
    entries.push_back({DT_STRTAB, section->address});
    entries.push_back({DT_STRSZ, section->size});
  }
  if (const OutputSection* section = find_section(link_, ".dynsym")) {
    entries.push_back({DT_SYMTAB, section->address});
    entries.push_back({DT_SYMENT, section->entry_size});
  }
  entries.push_back({DT_DEBUG, 0});
  if (relocs_) {
    const bool is_rela = dynamic_reloc_types(link_.target().cpu).has_addend;
    entries.push_back({is_rela ? DT_RELA : DT_REL, relocs_->address});
    entries.push_back({is_rela ? DT_RELASZ : DT_RELSZ, relocs_->size()});
    entries.push_back({is_rela ? DT_RELAENT : DT_RELENT, dynamic_reloc_size(link_)});
    entries.push_back({is_rela ? DT_RELACOUNT : DT_RELCOUNT, relocs_->relative_count()});
  }
  entries.push_back({DT_FLAGS, DF_BIND_NOW});
  entries.push_back({DT_FLAGS_1, DF_1_NOW | DF_1_PIE});
  entries.push_back({DT_NULL, 0});
  return entries;
}

uint64_t DynamicChunk::size() const {
  return entries().size() * (link_.target().word_size == 8 ? sizeof(Elf64::Dynamic) : sizeof(Elf32::Dynamic));
}

void DynamicChunk::write(MutableBytes out) const {
  uint8_t* place = out.data();
  for (const Entry& entry : entries()) {
    if (link_.target().word_size == 8) {
      store(place, Elf64::Dynamic{entry.tag, entry.value});
      place += sizeof(Elf64::Dynamic);
    } else {
      store(place, Elf32::Dynamic{static_cast<int32_t>(entry.tag), static_cast<uint32_t>(entry.value)});
      place += sizeof(Elf32::Dynamic);
    }
  }
}

}  // namespace xld::elf
