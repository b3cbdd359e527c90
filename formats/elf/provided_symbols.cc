// Names the linker provides: ends of sections and segments, headers, tables. GNU ld's default scripts and the psABIs.
#include <algorithm>
#include <fmt/core.h>

#include "formats/elf/headers.h"
#include "formats/elf/linker_sections.h"
#include "formats/elf/object.h"
#include "formats/elf/section_names.h"
#include "formats/elf/state.h"

namespace xld::elf {

namespace {

enum class Anchor : uint8_t {
  ImageStart,    // the ELF header, where it is loaded
  SectionStart,  // of the named section; the image's start if there is none
  SectionEnd,
  CodeEnd,   // of the last executable section
  DataEnd,   // of the last section with file contents
  ImageEnd,  // of the last section
  GotBase,
  ThreadBase,
};

struct ProvidedSymbol {
  std::string_view name;
  Anchor anchor;
  std::string_view section;
  bool is_hidden;
};

constexpr ProvidedSymbol kProvided[] = {
    {"__ehdr_start", Anchor::ImageStart, "", true},
    {"__executable_start", Anchor::ImageStart, "", false},
    {"__dso_handle", Anchor::ImageStart, "", true},
    {"__preinit_array_start", Anchor::SectionStart, ".preinit_array", true},
    {"__preinit_array_end", Anchor::SectionEnd, ".preinit_array", true},
    {"__init_array_start", Anchor::SectionStart, ".init_array", true},
    {"__init_array_end", Anchor::SectionEnd, ".init_array", true},
    {"__fini_array_start", Anchor::SectionStart, ".fini_array", true},
    {"__fini_array_end", Anchor::SectionEnd, ".fini_array", true},
    {"__rela_iplt_start", Anchor::SectionStart, ".rela.plt", true},
    {"__rela_iplt_end", Anchor::SectionEnd, ".rela.plt", true},
    {"__rel_iplt_start", Anchor::SectionStart, ".rel.plt", true},
    {"__rel_iplt_end", Anchor::SectionEnd, ".rel.plt", true},
    {"__GNU_EH_FRAME_HDR", Anchor::SectionStart, ".eh_frame_hdr", true},
    {"_DYNAMIC", Anchor::SectionStart, ".dynamic", true},
    {"_GLOBAL_OFFSET_TABLE_", Anchor::GotBase, "", true},
    {"_TLS_MODULE_BASE_", Anchor::ThreadBase, "", true},
    {"__bss_start", Anchor::SectionStart, ".bss", false},
    {"_etext", Anchor::CodeEnd, "", false},
    {"etext", Anchor::CodeEnd, "", false},
    {"__etext", Anchor::CodeEnd, "", false},
    {"_edata", Anchor::DataEnd, "", false},
    {"edata", Anchor::DataEnd, "", false},
    {"_end", Anchor::ImageEnd, "", false},
    {"end", Anchor::ImageEnd, "", false},
};

constexpr std::string_view kStart = "__start_";
constexpr std::string_view kStop = "__stop_";

// Only static executables find their resolver relocations through these names; elsewhere the loader does.
bool exists_here(const Link& link, const ProvidedSymbol& row) {
  const OutputKind kind = link.target().output;
  if (row.section == ".dynamic") return is_position_independent(kind) || has_loader(kind);
  return true;
}

// The table of a dynamic output is not for start-up code: it finds an empty one.
bool is_empty_here(const Link& link, const ProvidedSymbol& row) {
  return has_loader(link.target().output) && (row.section == ".rela.plt" || row.section == ".rel.plt");
}

// The name of the section a __start_ or __stop_ symbol is about; empty: it is no such symbol.
std::string_view bracketed_section(std::string_view symbol) {
  for (const std::string_view prefix : {kStart, kStop})
    if (symbol.starts_with(prefix)) return symbol.substr(prefix.size());
  return {};
}

uint32_t bracket_visibility(const Link& link) {
  switch (link.options().start_stop_visibility) {
    case StartStopVisibility::Default:
      return 0;
    case StartStopVisibility::Internal:
      return symbol_flag::kInternal;
    case StartStopVisibility::Hidden:
      return symbol_flag::kHidden;
    case StartStopVisibility::Protected:
      break;
  }
  return symbol_flag::kProtected;
}

// The name of the section an atom will be in.
std::string_view output_name(const Link& link, const InputFile& file, const Atom& atom) {
  if (link.applies_relocs()) return state_of(link).section_keys.keys()[atom.section.value].name;
  return section_facts(link, object_of(file), atom.raw).name;
}

// The symbols that `is_meant` says yes to, in their order; all threads ask.
template <class Fn>
std::vector<SymbolId> find_symbols(const Link& link, Fn is_meant) {
  constexpr size_t kGrain = size_t{1} << 14;
  const size_t count = link.symbols.size();
  std::vector<std::vector<SymbolId>> parts((count + kGrain - 1) / kGrain);
  parallel_for(link.session.pool, count, kGrain, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++)
      if (const SymbolId id{static_cast<uint32_t>(i)}; is_meant(id)) parts[begin / kGrain].push_back(id);
  });
  std::vector<SymbolId> found;
  for (const std::vector<SymbolId>& part : parts) found.insert(found.end(), part.begin(), part.end());
  return found;
}

// In a relocatable output the names stay undefined, and keep their sections nevertheless.
void provide_brackets(Link& link) {
  const std::vector<SymbolId> wanted = find_symbols(link, [&](SymbolId id) {
    if (!is_wanted(link, id)) return false;
    const std::string_view section = bracketed_section(link.symbols.name(id));
    return !section.empty() && is_c_identifier(section);
  });
  if (wanted.empty()) return;
  std::map<std::string_view, std::vector<AtomId>> atoms;
  for (const SymbolId id : wanted) atoms[bracketed_section(link.symbols.name(id))];
  for (const InputFile* file : link.inputs.files) {
    for (uint32_t i = file->first_atom.value; i < file->first_atom.value + file->atom_count; i++) {
      const auto found = atoms.find(output_name(link, *file, link.atoms[i]));
      if (found != atoms.end()) found->second.push_back(AtomId{i});
    }
  }
  for (const SymbolId id : wanted) {
    const auto& members = atoms[bracketed_section(link.symbols.name(id))];
    if (members.empty()) continue;
    // What describes another section lives with that.
    const auto follows = [&](AtomId atom) { return link.atom(atom).has(atom_flag::kFollowsOther); };
    if (!link.options().start_stop_gc)
      std::ranges::remove_copy_if(members, std::back_inserter(link.bracketed[id]), follows);
    link.symbols.add_flags(id, symbol_flag::kBrackets);
    if (link.applies_relocs()) claim_name(link, id, bracket_visibility(link));
  }
}

// ---- addresses

// Local-dynamic access by a descriptor gets the start of the block; relaxed, it starts from the thread pointer.
bool has_thread_descriptors(const Link& link) {
  const OutputKind kind = link.target().output;
  return kind == OutputKind::SharedLibrary || (has_loader(kind) && !link.options().relax);
}

class Anchors {
 public:
  explicit Anchors(const Link& link) : link_(link) {
    for (const OutputSection& section : link.layout.sections) {
      if (!section.is_allocated) continue;
      if (is_first_) start_ = section.address;
      is_first_ = false;
      if (section.is_thread_local && section.is_zero_fill) continue;
      end_ = section.address + section.size;
      if (section.is_executable) code_end_ = end_;
      if (!section.is_zero_fill) data_end_ = end_;
    }
  }

  uint64_t address(Anchor anchor, std::string_view name) const {
    const OutputSection* section = name.empty() ? nullptr : find_section(link_, name);
    switch (anchor) {
      case Anchor::ImageStart:
        return start_;
      case Anchor::SectionStart:
        return section ? section->address : name == ".bss" ? data_end_ : start_;
      case Anchor::SectionEnd:
        return section ? section->address + section->size : start_;
      case Anchor::CodeEnd:
        return code_end_;
      case Anchor::DataEnd:
        return data_end_;
      case Anchor::ImageEnd:
        return end_;
      case Anchor::GotBase:
        return link_.slots.got_base;
      case Anchor::ThreadBase:
        return has_thread_descriptors(link_) ? link_.layout.tls_address : link_.thread_pointer;
    }
    return 0;
  }

 private:
  const Link& link_;
  bool is_first_ = true;
  uint64_t start_ = 0, end_ = 0, code_end_ = 0, data_end_ = 0;
};

}  // namespace

bool is_wanted(const Link& link, SymbolId id) {
  return id.is_valid() &&
         link.symbols.has(id, symbol_flag::kReferenced | symbol_flag::kRoot | symbol_flag::kReferencedOutside) &&
         !link.symbols.is_defined(id);
}

void claim_name(Link& link, SymbolId id, uint32_t flags) {
  link.symbols.offer(id, Claim::make(ClaimClass::Provided, FileId{0u}, id.value));
  link.symbols.place(id, AtomId(), 0);
  link.symbols.add_flags(id, flags | symbol_flag::kDefined | symbol_flag::kLinkerMade);
}

void provide_symbols(Link& link) {
  if (!link.applies_relocs()) {
    if (link.options().gc_sections) provide_brackets(link);
    return;
  }
  heed_late_libraries(link);
  for (const ProvidedSymbol& row : kProvided) {
    const SymbolId id = link.symbols.find(row.name);
    if (is_wanted(link, id) && exists_here(link, row)) claim_name(link, id, row.is_hidden ? symbol_flag::kHidden : 0);
    if (id.is_valid() && row.anchor == Anchor::ThreadBase) link.symbols.add_flags(id, symbol_flag::kThreadLocal);
  }
  provide_brackets(link);
  report_symbol_warnings(link);
}

void define_symbols(Link& link) {
  const Anchors anchors(link);
  const auto is_mine = [&](SymbolId id) {
    return id.is_valid() && link.symbols.claim(id).claim_class() == ClaimClass::Provided;
  };
  for (const ProvidedSymbol& row : kProvided) {
    const SymbolId id = link.symbols.find(row.name);
    const Anchor anchor = is_empty_here(link, row) ? Anchor::ImageStart : row.anchor;
    if (is_mine(id)) link.symbols.place(id, AtomId(), anchors.address(anchor, row.section));
  }
  const auto is_bracket = [&](SymbolId id) { return link.symbols.has(id, symbol_flag::kBrackets) && is_mine(id); };
  for (const SymbolId id : find_symbols(link, is_bracket)) {
    const std::string_view name = link.symbols.name(id);
    const Anchor anchor = name.starts_with(kStart) ? Anchor::SectionStart : Anchor::SectionEnd;
    link.symbols.place(id, AtomId(), anchors.address(anchor, bracketed_section(name)));
  }
}

}  // namespace xld::elf
