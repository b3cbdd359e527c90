// Which output section an input section goes to: the rules of GNU ld's default scripts, as a table.
#pragma once

#include <cstdint>
#include <string_view>

namespace xld::elf {

// What objects say to xld itself; it ends with the last link. Records that ask for imports (dynimport/import_request.h)
// and notes that name runtime slots (tlsrewrite/slot_note.h).
inline constexpr std::string_view kImportSection = ".xld.imports", kSlotSection = ".xld.slots";

// ".text.startup.main" -> ".text". Names without a rule stand for themselves.
std::string_view output_section_name(std::string_view input_name, uint64_t flags);

// The order among constructors: ".init_array.00101" -> 101, ".ctors.65434" -> 101, no number -> 65536 (after all
// numbers).
uint32_t initialiser_priority(std::string_view input_name);

// Position of hot and cold parts inside .text, as in GNU ld's scripts: lower first.
uint32_t text_rank(std::string_view input_name);

// What -z keep-text-section-prefix keeps apart: ".text.hot.main" -> ".text.hot"; empty: nothing.
std::string_view text_section_prefix(std::string_view input_name);

// Debugging sections: dropped by --strip-debug.
bool is_debug_section(std::string_view name);

// Names a C program can refer to as __start_NAME and __stop_NAME.
bool is_c_identifier(std::string_view name);

}  // namespace xld::elf
