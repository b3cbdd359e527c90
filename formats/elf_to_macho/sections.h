// Where the sections of an ELF object go: segment, section and type in Mach-O.
#pragma once

#include <string>
#include <string_view>

#include "core/target.h"
#include "formats/elf_to_macho/elf_view.h"

namespace xld::elf_to_macho {

enum class Treatment : uint8_t {
  Placed,
  Dropped,  // says nothing to a Mach-O loader or linker
  Frames,   // .eh_frame: its pointers are rewritten
  Debug,    // debug information: numbers are offsets in its sections, or addresses
  Refused,
};

struct SectionPlan {
  Treatment treatment = Treatment::Dropped;
  std::string segment, name;
  uint32_t flags = 0;
  bool is_kept = false;      // an option to drop what nothing refers to does not touch it
  bool is_backward = false;  // a table of functions that runs from its end, as .ctors does
  const char* advice = nullptr;
};

SectionPlan plan_section(const ElfSection& section, Cpu cpu);

// True of sections that are made of constants which the linker may share: a reference means the one it points at.
bool is_literal(const SectionPlan& plan);

// The name of the linker's symbol for __start_NAME or __stop_NAME, "section$start$__DATA$NAME"; empty for other names.
std::string edge_symbol_name(std::string_view symbol);

}  // namespace xld::elf_to_macho
