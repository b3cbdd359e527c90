// See dynamic.h. The order is that of GNU ld, which tools that edit the section in place have seen most.
#include "formats/elf/dynamic.h"

#include <algorithm>
#include <fmt/core.h>

#include "formats/elf/elf.h"
#include "formats/elf/headers.h"
#include "formats/elf/relocs.h"
#include "formats/elf/shared_object.h"
#include "formats/elf/state.h"

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

struct AddressTag {
  std::string_view section;
  int64_t tag;
};
constexpr AddressTag kTables[] = {
    {".hash", DT_HASH},          {".gnu.hash", DT_GNU_HASH},    {".dynstr", DT_STRTAB},         {".dynsym", DT_SYMTAB},
    {".gnu.version", DT_VERSYM}, {".gnu.version_d", DT_VERDEF}, {".gnu.version_r", DT_VERNEED},
};

// The keywords of -z that are bits of DT_FLAGS_1.
struct LoaderFlag {
  std::string_view keyword;
  uint64_t flag;
};
constexpr LoaderFlag kLoaderFlags[] = {
    {"global", 0x2},         {"group", 0x4},     {"nodelete", 0x8},          {"loadfltr", 0x10},
    {"initfirst", 0x20},     {"nodlopen", 0x40}, {"origin", 0x80},           {"interpose", 0x400},
    {"nodefaultlib", 0x800}, {"nodump", 0x1000}, {"globalaudit", 0x1000000},
};

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ":") + part;
  return text;
}

// Each directory once.
std::string join_paths(const std::vector<std::string>& paths) {
  std::vector<std::string> known;
  for (const std::string& path : paths)
    if (std::find(known.begin(), known.end(), path) == known.end()) known.push_back(path);
  return join(known);
}

// As GNU ld has it, who watches a library is told of its users, too.
std::vector<std::string> dependency_audits(const Link& link) {
  std::vector<std::string> audits = link.options().dynamic.dependency_audits;
  for (const InputFile* library : link.inputs.libraries)
    if (library->is_needed && library->format_data && !library_of(*library).audit.empty())
      audits.emplace_back(library_of(*library).audit);
  return audits;
}

// Names that others may replace in spite of -Bsymbolic, which the loader must not bind here.
bool has_lists(const Link& link) {
  const DynamicOptions& options = link.options().dynamic;
  return !options.lists.empty() || !options.exported_symbols.empty() || !options.exported_symbol_lists.empty() ||
         options.lists_data || options.lists_cpp_new || options.lists_cpp_typeinfo;
}

bool has_flag(const Link& link, std::string_view keyword) {
  const auto& flags = link.options().dynamic.flags;
  return std::find(flags.begin(), flags.end(), keyword) != flags.end();
}

}  // namespace

DynamicChunk::DynamicChunk(Link& link, DynamicSymbols& symbols, const LoadRelocsChunk* relocs,
                           const StubRelocsChunk* stub_relocs)
    : link_(link), relocs_(relocs), stub_relocs_(stub_relocs) {
  alignment = link.target().word_size;
  is_late = true;  // what the tables hold is settled last
  if (has_loader(link.target().output)) add_names(symbols.strings());
}

void DynamicChunk::add_names(DynamicStrings& strings) {
  const DynamicOptions& options = link_.options().dynamic;
  const bool is_library = link_.target().output == OutputKind::SharedLibrary;
  const auto add = [&](int64_t tag, std::string_view text) {
    const Entry entry{tag, strings.add(link_.session.keep(std::string(text)))};
    const auto is_same = [&](const Entry& e) { return e.tag == entry.tag && e.value == entry.value; };
    if (!text.empty() && std::none_of(names_.begin(), names_.end(), is_same)) names_.push_back(entry);
  };
  for (const InputFile* library : link_.inputs.libraries)
    if (library->is_needed) add(DT_NEEDED, library->loader_name);
  if (is_library) {
    add(DT_SONAME, options.soname);
    for (const std::string& name : options.auxiliaries) add(DT_AUXILIARY, name);
    for (const std::string& name : options.filters) add(DT_FILTER, name);
  }
  add(DT_AUDIT, join(options.audits));
  add(DT_DEPAUDIT, join(dependency_audits(link_)));
  add(options.new_tags ? DT_RUNPATH : DT_RPATH, join_paths(options.runtime_paths));
}

std::vector<DynamicChunk::Entry> DynamicChunk::entries() const {
  std::vector<Entry> entries = names_;
  add_functions(entries);
  add_tables(entries);
  add_relocs(entries);
  add_flags(entries);
  entries.resize(entries.size() + 1 + link_.options().dynamic.spare_tags, {DT_NULL, 0});
  return entries;
}

void DynamicChunk::add_functions(std::vector<Entry>& entries) const {
  const auto add_function = [&](int64_t tag, const std::string& name) {
    const SymbolId id = link_.symbols.find(name);
    const bool is_ours =
        id.is_valid() && link_.symbols.has(id, symbol_flag::kDefined) && !link_.symbols.has(id, symbol_flag::kImported);
    if (is_ours) entries.push_back({tag, link_.symbol_addresses.empty() ? 0 : link_.symbol_addresses[id.value]});
  };
  add_function(DT_INIT, link_.options().init_function);
  add_function(DT_FINI, link_.options().fini_function);
  for (const ArrayTags& row : kArrays) {
    if (row.address == DT_PREINIT_ARRAY && link_.target().output == OutputKind::SharedLibrary) continue;
    if (const OutputSection* section = find_section(link_, row.section)) {
      entries.push_back({row.address, section->address});
      entries.push_back({row.size, section->size});
    }
  }
}

void DynamicChunk::add_tables(std::vector<Entry>& entries) const {
  for (const AddressTag& row : kTables)
    if (const OutputSection* section = find_section(link_, row.section)) entries.push_back({row.tag, section->address});
  if (const VersionTables* versions = state_of(link_).version_tables.get()) {
    if (versions->has_definitions()) entries.push_back({DT_VERDEFNUM, versions->definition_count()});
    if (versions->has_needs()) entries.push_back({DT_VERNEEDNUM, versions->need_count()});
  }
  if (const OutputSection* section = find_section(link_, ".dynstr")) entries.push_back({DT_STRSZ, section->size});
  if (const OutputSection* section = find_section(link_, ".dynsym"))
    entries.push_back({DT_SYMENT, section->entry_size});
  const DynamicOptions& options = link_.options().dynamic;
  // The loader puts an address there for debuggers.
  if (link_.target().output != OutputKind::SharedLibrary && !options.is_read_only) entries.push_back({DT_DEBUG, 0});
}

void DynamicChunk::add_relocs(std::vector<Entry>& entries) const {
  const bool is_rela = dynamic_reloc_types(link_.target().cpu).has_addend;
  if (stub_relocs_) {
    entries.push_back({DT_PLTGOT, link_.slots.got_base});
    entries.push_back({DT_PLTRELSZ, stub_relocs_->size()});
    entries.push_back({DT_PLTREL, static_cast<uint64_t>(is_rela ? DT_RELA : DT_REL)});
    entries.push_back({DT_JMPREL, stub_relocs_->address});
  }
  if (const PackedRelocsChunk* packed = state_of(link_).packed_relocs) {
    const bool is_android = link_.options().dynamic.has_android_relr_tags;
    entries.push_back({is_android ? DT_ANDROID_RELR : DT_RELR, packed->address});
    entries.push_back({is_android ? DT_ANDROID_RELRSZ : DT_RELRSZ, packed->size()});
    entries.push_back({is_android ? DT_ANDROID_RELRENT : DT_RELRENT, link_.arch->word_size});
  }
  if (!relocs_) return;
  if (relocs_->is_encoded()) {
    entries.push_back({is_rela ? DT_ANDROID_RELA : DT_ANDROID_REL, relocs_->address});
    entries.push_back({is_rela ? DT_ANDROID_RELASZ : DT_ANDROID_RELSZ, relocs_->size()});
    return;
  }
  entries.push_back({is_rela ? DT_RELA : DT_REL, relocs_->address});
  entries.push_back({is_rela ? DT_RELASZ : DT_RELSZ, relocs_->size()});
  entries.push_back({is_rela ? DT_RELAENT : DT_RELENT, dynamic_reloc_size(link_)});
  if (const uint64_t count = relocs_->relative_count())
    entries.push_back({is_rela ? DT_RELACOUNT : DT_RELCOUNT, count});
}

void DynamicChunk::add_flags(std::vector<Entry>& entries) const {
  const OutputKind kind = link_.target().output;
  const bool is_library = kind == OutputKind::SharedLibrary;
  const bool binds_now = link_.options().dynamic.bind_now || !has_loader(kind);
  uint64_t flags = 0, flags_1 = 0;
  if (binds_now) flags |= DF_BIND_NOW, flags_1 |= DF_1_NOW;
  if (kind == OutputKind::StaticPie || kind == OutputKind::DynamicPie) flags_1 |= DF_1_PIE;
  if (is_library && link_.options().dynamic.symbolic == SymbolicBinding::All && !has_lists(link_)) {
    entries.push_back({DT_SYMBOLIC, 0});
    flags |= DF_SYMBOLIC;
  }
  if (link_.has_text_fixups) {
    entries.push_back({DT_TEXTREL, 0});
    flags |= DF_TEXTREL;
  }
  const auto uses_thread_offset = [](const Slot& slot) { return slot.kind == SlotKind::TlsOffset; };
  if (is_library && std::any_of(link_.slots.slots.begin(), link_.slots.slots.end(), uses_thread_offset))
    flags |= DF_STATIC_TLS;
  for (const LoaderFlag& row : kLoaderFlags)
    if (has_flag(link_, row.keyword)) flags_1 |= row.flag;
  if (has_flag(link_, "origin")) flags |= DF_ORIGIN;
  if (flags != 0) entries.push_back({DT_FLAGS, flags});
  if (flags_1 != 0) entries.push_back({DT_FLAGS_1, flags_1});
  if (has_flag(link_, "unique")) entries.push_back({DT_GNU_FLAGS_1, DF_GNU_1_UNIQUE});
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

void InterpreterChunk::write(MutableBytes out) const {
  std::copy(path_.begin(), path_.end(), out.begin());
}

}  // namespace xld::elf
