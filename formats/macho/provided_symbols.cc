// See provided_symbols.h. ld64's manual: the header's address as __mh_execute_header and ___dso_handle, the edges of
// sections and segments as section$start$SEGMENT$SECTION, section$end$…, segment$start$SEGMENT, segment$end$….
#include "formats/macho/provided_symbols.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>

#include "formats/macho/aliases.h"
#include "formats/macho/load_commands.h"
#include "formats/macho/macho.h"
#include "formats/macho/objc_lists.h"
#include "formats/macho/object.h"
#include "formats/macho/section_names.h"
#include "formats/macho/state.h"
#include "formats/macho/versions.h"

namespace xld::macho {

namespace {

enum class Anchor : uint8_t { None, Header, SectionStart, SectionEnd, SegmentStart, SegmentEnd };

constexpr std::string_view kHandleName = "___dso_handle";

struct AnchorRow {
  std::string_view prefix;
  Anchor anchor;
  bool is_whole_name;
  uint32_t kind = 0;  // of file that has it; 0: all do
};

constexpr AnchorRow kAnchors[] = {
    {kProgramHeaderName, Anchor::Header, true, MH_EXECUTE},
    {kHandleName, Anchor::Header, true},
    {"__mh_dylib_header", Anchor::Header, true, MH_DYLIB},
    {"__mh_bundle_header", Anchor::Header, true, MH_BUNDLE},
    {"__mh_preload_header", Anchor::Header, true, MH_PRELOAD},
    {"__mh_dylinker_header", Anchor::Header, true, MH_DYLINKER},
    {"section$start$", Anchor::SectionStart, false},
    {"section$end$", Anchor::SectionEnd, false},
    {"segment$start$", Anchor::SegmentStart, false},
    {"segment$end$", Anchor::SegmentEnd, false},
};

struct ProvidedName {
  Anchor anchor = Anchor::None;
  std::string_view place;  // "SEGMENT$SECTION" or "SEGMENT"
  uint32_t kind = 0;       // AnchorRow::kind
};

ProvidedName parse(std::string_view name) {
  for (const AnchorRow& row : kAnchors) {
    if (row.is_whole_name ? name == row.prefix : name.starts_with(row.prefix))
      return {row.anchor, name.substr(row.prefix.size()), row.kind};
  }
  return {};
}

bool is_start(Anchor anchor) {
  return anchor == Anchor::SectionStart || anchor == Anchor::SegmentStart;
}

// What is not in the output begins and ends where the output does.
uint64_t address_of(const Link& link, const ProvidedName& name) {
  const uint64_t header = link.layout.plan.base_address;
  if (name.anchor == Anchor::Header) return header;
  const std::string_view segment_name = name.place.substr(0, name.place.find('$'));
  if (name.anchor == Anchor::SegmentStart || name.anchor == Anchor::SegmentEnd) {
    for (const Segment& segment : link.layout.segments)
      if (segment_of(link.layout.sections[segment.first].name) == segment_name)
        return segment.address +
               (is_start(name.anchor) ? 0 : align_up(segment.memory_size, link.layout.plan.page_size));
    return header;
  }
  const std::string_view section_name = name.place.substr(std::min(segment_name.size() + 1, name.place.size()));
  for (const OutputSection& section : link.layout.sections)
    if (segment_of(section.name) == segment_name && section_of(section.name) == section_name)
      return section.address + (is_start(name.anchor) ? 0 : section.size);
  return header;
}

// Every program has had this name since 10.6: crash reporters and dlsym() look for it.
void want_header_name(Link& link) {
  link.symbols.intern(kProgramHeaderName);
}

// ld64 refuses to make a program without a start; so does dyld to run it.
void check_entry(Link& link) {
  if (link.options().entry_given && !link.options().entry.empty() && link.options().entry[0] == '0')
    return;  // an address
  const std::string_view entry = link.options().entry.empty() ? link.target().entry : link.options().entry;
  const SymbolId id = link.symbols.find(entry);
  if (id.is_valid() && link.symbols.has(id, symbol_flag::kDefined)) return;
  // A library may have it, or the loader may find it: the program starts at its stub.
  const DarwinOptions& options = link.options().darwin;
  const auto& later = options.found_at_run_time;
  const bool is_found_later =
      options.finds_undefined_at_run_time || std::find(later.begin(), later.end(), entry) != later.end();
  if (id.is_valid() && has_loader(link) && (link.symbols.claim(id).is_import() || is_found_later))
    return link.symbols.add_flags(id, symbol_flag::kNeedsStub | symbol_flag::kUsed | symbol_flag::kStronglyReferenced);
  link.diagnostics().error(fmt::format(
      "undefined symbol: {}\n>>> referenced by the entry point; define it, or name another start with -e", entry));
}

// With -r all that is global is a reason to be kept.
void keep_global_names(Link& link) {
  for (uint32_t i = 0; i < link.symbols.size(); i++)
    if (link.symbols.has(SymbolId{i}, symbol_flag::kDefined)) link.symbols.add_flags(SymbolId{i}, symbol_flag::kRoot);
}

// Of common symbols the largest counts, and of equals the last: others see it, or not, as that one says.
void hide_commons(Link& link) {
  struct Offer {
    uint64_t size = 0;
    bool is_private = false;
  };
  std::map<SymbolId, Offer> largest;
  for (const InputFile* file : link.inputs.files) {
    for (const CommonOffer& offer : file->commons) {
      const SymbolId id = file->globals[offer.global];
      if (link.symbols.claim(id).claim_class() != ClaimClass::Common) continue;
      const RawSymbol raw = raw_symbol(link, object_of(*file), file->first_global + offer.global);
      Offer& best = largest[id];
      if (offer.size >= best.size) best = {offer.size, is_private_definition(*file, raw)};
    }
  }
  for (const auto& [id, offer] : largest)
    if (offer.is_private) link.symbols.add_flags(id, symbol_flag::kHidden);
}

// The name by which an image knows itself is the linker's where a loader looks for it, as in LLD.
void check_handle(Link& link) {
  const SymbolId id = link.symbols.find(kHandleName);
  if (!has_loader(link) || !id.is_valid() || link.symbols.claim(id).claim_class() != ClaimClass::Strong) return;
  const InputFile& file = link.inputs.file(link.symbols.claim(id).file());
  link.diagnostics().error(
      fmt::format("duplicate symbol: {}\n>>> defined in {}\n>>> defined in <internal>; give it another name",
                  kHandleName, file.display_name()),
      file.id);
}

}  // namespace

void provide_symbols(Link& link) {
  hide_commons(link);
  place_objc_names(link);
  settle_versions(link);
  if (!link.applies_relocs()) {
    settle_aliases(link);
    return keep_global_names(link);
  }
  settle_aliases(link);
  check_handle(link);
  if (kind_of_file(link) == MH_EXECUTE && !is_classic(link.options())) want_header_name(link);
  for (uint32_t i = 0; i < link.symbols.size(); i++) {
    const SymbolId id{i};
    const ProvidedName provided = parse(link.symbols.name(id));
    if (provided.anchor == Anchor::None || link.symbols.is_defined(id)) continue;
    if (provided.kind != 0 && provided.kind != kind_of_file(link)) continue;
    link.symbols.offer(id, Claim::make(ClaimClass::Provided, FileId{0u}, i));
    link.symbols.place(id, AtomId(), 0);
    const bool is_public = link.symbols.name(id) == kProgramHeaderName;
    link.symbols.add_flags(id,
                           symbol_flag::kDefined | symbol_flag::kLinkerMade | (is_public ? 0 : symbol_flag::kHidden));
  }
  if (link.target().output != OutputKind::SharedLibrary) check_entry(link);
}

void define_symbols(Link& link) {
  for (uint32_t i = 0; i < link.symbols.size(); i++) {
    const SymbolId id{i};
    if (!link.symbols.has(id, symbol_flag::kLinkerMade) || link.symbols.claim(id).claim_class() != ClaimClass::Provided)
      continue;
    link.symbols.place(id, AtomId(), address_of(link, parse(link.symbols.name(id))));
  }
}

}  // namespace xld::macho
