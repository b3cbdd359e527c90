// See sections.h. The table is searched from the front; names of ELF sections end at a dot or at their end.
#include "formats/elf_to_macho/sections.h"

#include <algorithm>
#include <fmt/core.h>

#include "core/digest.h"
#include "formats/elf/elf.h"
#include "formats/elf/section_names.h"
#include "formats/elf_to_macho/relocs.h"
#include "formats/macho/macho.h"
#include "formats/macho/section_names.h"

namespace xld::elf_to_macho {

using namespace elf;
using namespace macho;

namespace {

struct PlaceRow {
  std::string_view prefix;  // of the ELF section's name
  const char* segment;
  const char* name;
  uint32_t flags = S_REGULAR;
};

constexpr uint32_t kCode = S_REGULAR | S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS;

constexpr PlaceRow kPlaces[] = {
    {".text", "__TEXT", "__text", kCode},
    {".gcc_except_table", "__TEXT", "__gcc_except_tab"},
    {".rodata", "__TEXT", "__const"},
    {".data.rel.ro", "__DATA", "__const"},
    {".data", "__DATA", "__data"},
    {".bss", "__DATA", "__data"},
    {".init_array", "__DATA", "__mod_init_func", S_MOD_INIT_FUNC_POINTERS},
    {".preinit_array", "__DATA", "__mod_init_func", S_MOD_INIT_FUNC_POINTERS},
    {".fini_array", "__DATA", "__mod_term_func", S_MOD_TERM_FUNC_POINTERS},
    {".ctors", "__DATA", "__mod_init_func", S_MOD_INIT_FUNC_POINTERS},
    {".dtors", "__DATA", "__mod_term_func", S_MOD_TERM_FUNC_POINTERS},
};

struct RefusalRow {
  std::string_view name;
  const char* advice;
};

constexpr const char* kNoOldStart =
    "Mach-O has no such start-up code; use __attribute__((constructor)), which makes "
    ".init_array";
constexpr RefusalRow kRefused[] = {{".init", kNoOldStart}, {".fini", kNoOldStart}};

// Tables of functions without a priority come later than all that have one.
constexpr uint32_t kNoPriority = 65536;

bool has_prefix(std::string_view name, std::string_view prefix) {
  return name.starts_with(prefix) && (name.size() == prefix.size() || name[prefix.size()] == '.');
}

// Tables as they were before .init_array.
bool is_old_table(std::string_view name) {
  return has_prefix(name, ".ctors") || has_prefix(name, ".dtors");
}

// Names have 16 bytes; of longer ones a digest tells them apart.
std::string short_name(std::string_view name) {
  if (name.size() <= kNameSize) return std::string(name);
  const Digest digest = compute_digest(DigestKind::Fast, as_bytes(name));
  return fmt::format("{}_{:07x}", name.substr(0, 8), load<uint32_t>(digest.bytes.data()) >> 4);
}

// Words that the loader has to complete.
bool has_addresses(const ElfSection& section, Cpu cpu) {
  return std::ranges::any_of(section.relocs, [&](const ElfReloc& reloc) {
    const RelocRow* row = find_reloc_row(cpu, reloc.type);
    return row && row->form == Form::Address;
  });
}

uint32_t literal_type(const ElfSection& section) {
  const bool is_merged = (section.flags & SHF_MERGE) && !(section.flags & SHF_WRITE) && section.relocs.empty();
  if (!is_merged) return S_REGULAR;
  if (section.flags & SHF_STRINGS) return section.entry_size == 1 ? S_CSTRING_LITERALS : S_REGULAR;
  if (section.size % std::max<uint64_t>(section.entry_size, 1) != 0) return S_REGULAR;
  switch (section.entry_size) {
    case 4:
      return S_4BYTE_LITERALS;
    case 8:
      return S_8BYTE_LITERALS;
    case 16:
      return S_16BYTE_LITERALS;
    default:
      return S_REGULAR;
  }
}

SectionPlan placed(std::string segment, std::string name, uint32_t flags) {
  SectionPlan plan;
  plan.treatment = Treatment::Placed;
  plan.segment = std::move(segment);
  plan.name = std::move(name);
  plan.flags = flags;
  return plan;
}

SectionPlan plan_literals(uint32_t type) {
  switch (type) {
    case S_CSTRING_LITERALS:
      return placed("__TEXT", "__cstring", type);
    case S_4BYTE_LITERALS:
      return placed("__TEXT", "__literal4", type);
    case S_8BYTE_LITERALS:
      return placed("__TEXT", "__literal8", type);
    default:
      return placed("__TEXT", "__literal16", type);
  }
}

// Sections that programs name themselves, and those of tools.
SectionPlan plan_other(const ElfSection& section) {
  const bool is_own = is_c_identifier(section.name);
  std::string name = is_own
                         ? short_name(section.name)
                         : short_name("__" + std::string(section.name.substr(section.name.starts_with('.') ? 1 : 0)));
  std::replace(name.begin(), name.end(), '.', '_');
  const bool is_zero_fill = section.type == SHT_NOBITS;
  if ((section.flags & SHF_EXECINSTR) && !is_zero_fill) return placed("__TEXT", std::move(name), kCode);
  // Where __start_NAME looks for it, whether it is written to or not.
  const bool is_data = is_own || (section.flags & SHF_WRITE);
  SectionPlan plan =
      placed(is_data ? "__DATA" : "__TEXT", std::move(name), section.type == SHT_NOBITS ? S_ZEROFILL : S_REGULAR);
  plan.is_kept = is_own;
  return plan;
}

// Memory without contents, under whatever name.
SectionPlan plan_zero_fill(const ElfSection& section) {
  if (section.flags & SHF_TLS) return placed("__DATA", "__thread_bss", S_THREAD_LOCAL_ZEROFILL);
  return is_c_identifier(section.name) ? plan_other(section) : placed("__DATA", "__bss", S_ZEROFILL);
}

// Those with a priority have a section of their own, which the linker puts into order (formats/macho/section_names.h).
void plan_functions(const ElfSection& section, SectionPlan& plan) {
  plan.is_backward = is_old_table(section.name);
  const uint32_t priority = section.name == ".preinit_array" ? 0 : initialiser_priority(section.name);
  const bool is_init = plan.flags == S_MOD_INIT_FUNC_POINTERS;
  if (priority != kNoPriority) plan.name = fmt::format("{}{:05}", is_init ? kEarlyInit : kLateTerm, priority);
}

SectionPlan plan_loaded(const ElfSection& section, Cpu cpu) {
  if (section.type == SHT_NOBITS) return plan_zero_fill(section);
  if (const uint32_t type = literal_type(section); type != S_REGULAR) return plan_literals(type);
  if (section.flags & SHF_TLS) return placed("__DATA", "__thread_data", S_THREAD_LOCAL_REGULAR);
  for (const PlaceRow& row : kPlaces) {
    if (!has_prefix(section.name, row.prefix)) continue;
    SectionPlan plan = placed(row.segment, row.name, row.flags);
    if (row.segment == std::string_view("__TEXT") && row.flags == S_REGULAR && has_addresses(section, cpu))
      plan = placed("__DATA", "__const", S_REGULAR);
    if (row.flags == S_MOD_INIT_FUNC_POINTERS || row.flags == S_MOD_TERM_FUNC_POINTERS) plan_functions(section, plan);
    return plan;
  }
  return plan_other(section);
}

// .debug_info: __DWARF,__debug_info. Names are cut, which is what readers of them expect.
SectionPlan plan_debug(const ElfSection& section) {
  constexpr std::string_view kOfGdb = ".debug_gdb_scripts", kCompressed = ".zdebug_", kPlain = ".debug_";
  if (section.type != SHT_PROGBITS || section.name == kOfGdb) return {};
  const std::string_view prefix = section.name.starts_with(kCompressed) ? kCompressed : kPlain;
  if (!section.name.starts_with(prefix)) return {};
  const std::string name = fmt::format("__debug_{}", section.name.substr(prefix.size())).substr(0, kNameSize);
  const bool is_strings = (section.flags & SHF_MERGE) && (section.flags & SHF_STRINGS) && section.entry_size == 1;
  SectionPlan plan = placed("__DWARF", name, is_strings && section.relocs.empty() ? S_CSTRING_LITERALS : S_REGULAR);
  plan.treatment = Treatment::Debug;
  return plan;
}

}  // namespace

SectionPlan plan_section(const ElfSection& section, Cpu cpu) {
  if (!(section.flags & (SHF_ALLOC | SHF_EXCLUDE))) return plan_debug(section);
  if (!(section.flags & SHF_ALLOC) || (section.flags & SHF_EXCLUDE) || section.type == SHT_NOTE) return {};
  if (section.name == ".eh_frame") {
    SectionPlan plan = placed("__TEXT", "__eh_frame", S_COALESCED | S_ATTR_LIVE_SUPPORT);
    plan.treatment = Treatment::Frames;
    return plan;
  }
  for (const RefusalRow& row : kRefused) {
    if (!has_prefix(section.name, row.name) || section.size == 0) continue;
    SectionPlan plan;
    plan.treatment = Treatment::Refused;
    plan.advice = row.advice;
    return plan;
  }
  SectionPlan plan = plan_loaded(section, cpu);
  plan.is_kept |= (section.flags & SHF_GNU_RETAIN) != 0;
  return plan;
}

bool is_literal(const SectionPlan& plan) {
  const uint32_t type = plan.flags & SECTION_TYPE;
  return type == S_CSTRING_LITERALS || type == S_4BYTE_LITERALS || type == S_8BYTE_LITERALS ||
         type == S_16BYTE_LITERALS;
}

std::string edge_symbol_name(std::string_view symbol) {
  struct Edge {
    std::string_view prefix;
    const char* result;
  };
  constexpr Edge kEdges[] = {{"__start_", "section$start$__DATA$"}, {"__stop_", "section$end$__DATA$"}};
  for (const Edge& edge : kEdges)
    if (symbol.starts_with(edge.prefix) && is_c_identifier(symbol.substr(edge.prefix.size())))
      return edge.result + short_name(symbol.substr(edge.prefix.size()));
  return {};
}

}  // namespace xld::elf_to_macho
