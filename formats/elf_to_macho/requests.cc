// What an object asks the linker for: notes about runtime slots (tlsrewrite/slot_note.h) and records of imports
// (dynimport/import_request.h). See translator.h. They are the same with the names that symbols have in Mach-O.
#include <fmt/core.h>

#include "dynimport/import_request.h"
#include "formats/elf/elf.h"
#include "formats/elf/section_names.h"
#include "formats/elf_to_macho/translator.h"
#include "formats/macho/macho.h"
#include "formats/macho/section_names.h"
#include "tlsrewrite/slot_note.h"

namespace xld::elf_to_macho {

using namespace elf;

// Sections and symbols that say what the code needs, and is not there.
void Translator::check_marks() {
  for (const ElfSection& section : elf_.sections) {
    const bool is_executable = (section.flags & SHF_EXECINSTR) != 0;
    if (section.name == ".note.GNU-stack" && is_executable && !settings_.may_execute_stack)
      note(
          "section .note.GNU-stack: its functions run code on the stack, which is not executable; do not take the "
          "addresses of nested functions, or link with -allow_stack_execute (x86 only)");
    if (section.name == ".note.GNU-split-stack")
      note(
          "section .note.GNU-split-stack: its functions find the end of the stack beside the thread pointer, where "
          "Mach-O threads do not have it; compile with -fno-split-stack");
  }
  constexpr std::string_view kGccSlimMark = "__gnu_lto_slim";
  for (const ElfSymbol& symbol : elf_.symbols)
    if (symbol.name == kGccSlimMark)
      note(
          "its code is gcc's intermediate code (-flto), of which nothing makes code for Mach-O; compile without -flto "
          "or with -ffat-lto-objects");
}

// In front of the code: what names mean there depends on it.
void Translator::translate_requests() {
  for (const ElfSection& section : elf_.sections) {
    if (section.type == SHT_NOTE && section.name == elf::kSlotSection) translate_notes(section);
    const bool is_loaded = (section.flags & SHF_ALLOC) != 0;
    if (section.type == SHT_PROGBITS && !is_loaded && section.name.starts_with(elf::kImportSection))
      translate_imports(section);
  }
}

void Translator::add_request(std::string_view segment, std::string_view name, Bytes bytes, uint64_t alignment) {
  assembler_.append(assembler_.section(segment, name, macho::S_REGULAR | macho::S_ATTR_DEBUG), bytes, bytes.size(),
                    alignment);
}

void Translator::translate_notes(const ElfSection& section) {
  const auto requests = read_slot_notes(section.bytes);
  if (!requests) return note(fmt::format("section {}: {}", section.name, requests.error().message));
  for (const SlotRequest& request : *requests) {
    slot_names_.push_back(request.name);
    const std::string name = prefix() + std::string(request.name);
    add_request(macho::kOwnSegment, macho::kSlotSection, make_slot_note({name, request.index}), 4);
  }
}

void Translator::translate_imports(const ElfSection& section) {
  auto requests = parse_import_records(section.bytes);
  if (!requests) return note(fmt::format("section {}: {}", section.name, requests.error().message));
  for (ImportRequest& request : *requests) {
    request.local = prefix() + request.local;
    request.remote = prefix() + request.remote;
    add_request(macho::kOwnSegment, macho::kImportSection, as_bytes(import_record(request)), 1);
  }
}

}  // namespace xld::elf_to_macho
