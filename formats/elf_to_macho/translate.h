// An ELF object becomes a Mach-O object, so that it can take part in a link whose output is Mach-O.
//
// The linker calls this before it reads the file: behind it nothing knows what the object was.
// docs/decisions/0021-elf-objects-become-mach-o-objects.md has the mapping and why it is done here. Pure: no state, no
// other file is looked at. Every byte of the object is untrusted.
#pragma once

#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/target.h"

namespace xld::elf_to_macho {

struct TranslationSettings {
  Cpu cpu = Cpu::Unknown;
  bool adds_underscores = true;  // as compilers for Darwin do: "main" is "_main"
  bool keeps_debug_information = true;
  bool may_execute_stack = false;                 // the program gets a stack that is executable
  bool has_system_threads = true;                 // what is beside a thread pointer is the system's
  bool has_raw_slots = false;                     // the first two words there are runtime slots
  std::vector<std::string_view> slot_names = {};  // of runtime slots, as options name them
};

struct Translation {
  std::string object;                 // empty: the file is malformed, and `problems` says how
  std::vector<std::string> problems;  // what Mach-O cannot express, each with section, offset and what to do
};

Translation translate(Bytes elf_object, const TranslationSettings& settings);

}  // namespace xld::elf_to_macho
