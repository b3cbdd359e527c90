// Names of output sections: segment and section as one text, "__TEXT,__text", so that the layout needs one name only.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/session.h"

namespace xld::macho {

// What objects say to xld itself; it ends with the last link. Records that ask for imports (dynimport/import_request.h)
// and notes that name runtime slots (tlsrewrite/slot_note.h).
inline constexpr std::string_view kOwnSegment = "__XLD", kImportSection = "__imports", kSlotSection = "__slots";

// What compilers say to linkers; no linker passes it on.
inline constexpr std::string_view kLinkerSegment = "__LD";

// Functions that run when the program starts, and ends, by priority: in the output "__init_00101" stands in front of
// "__init_00102" and of what comes from __mod_init_func. Translations of ELF objects have such sections.
inline constexpr std::string_view kEarlyInit = "__init_", kLateTerm = "__term_";

// "__DATA,__init_00101": where it goes, and its priority.
struct FunctionTable {
  std::string_view name;
  uint32_t priority = 0;
};
std::optional<FunctionTable> function_table(std::string_view name);

inline constexpr std::string_view kLinkEdit = "__LINKEDIT";

// The output section of an input section; lives as long as the session.
std::string_view output_section_name(Session& session, std::string_view segment, std::string_view section);

inline std::string_view segment_of(std::string_view name) {
  return name.substr(0, name.find(','));
}
inline std::string_view section_of(std::string_view name) {
  const size_t comma = name.find(',');
  return comma == std::string_view::npos ? std::string_view() : name.substr(comma + 1);
}

}  // namespace xld::macho
