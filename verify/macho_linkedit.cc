// Rules about the tables of __LINKEDIT: their places (in the order of cctools' checkout.c), symbols and the indirect
// table (<mach-o/nlist.h>, <mach-o/loader.h>), function starts, data in code.
#include <algorithm>

#include "verify/elf_file.h"
#include "verify/macho_file.h"
#include "verify/rules.h"

namespace xld::verify {

namespace {

void check_parts(const MachoFile& file, Report& report) {
  const MachoSegment* linkedit = file.find_segment("__LINKEDIT");
  std::vector<LinkeditPart> parts = file.parts;
  std::sort(parts.begin(), parts.end(),
            [](const LinkeditPart& a, const LinkeditPart& b) { return a.offset < b.offset; });
  for (size_t i = 0; i < parts.size(); i++) {
    const LinkeditPart& part = parts[i];
    if (linkedit && !is_inside(part.offset, part.size, linkedit->offset, linkedit->file_size))
      report.add("{}: outside __LINKEDIT", part.name);
    if (part.offset % part.alignment != 0)
      report.add("{}: offset {:#x} is not aligned to {}", part.name, part.offset, part.alignment);
    if (i == 0) continue;
    const LinkeditPart& before = parts[i - 1];
    if (before.offset + before.size > part.offset) report.add("{} overlaps {}", part.name, before.name);
    if (before.rank > part.rank)
      report.add("{} lies behind {}: strip and install_name_tool refuse that", part.name, before.name);
  }
  if (!parts.empty() && linkedit && file.find_command(MachO::LC_CODE_SIGNATURE) && parts.back().rank != 20) {
    report.add("{} lies behind the code signature", parts.back().name);
  }
}

void check_symbol_groups(const MachoFile& file, Report& report) {
  if (!file.dysymtab) return;
  const auto& table = *file.dysymtab;
  const uint64_t locals = table.nlocalsym, externals = table.nextdefsym, undefined = table.nundefsym;
  const bool is_contiguous =
      table.ilocalsym == 0 && table.iextdefsym == locals && table.iundefsym == locals + externals;
  if (!is_contiguous || locals + externals + undefined != file.symbols.size()) {
    return report.add("groups {}+{}, {}+{}, {}+{} do not follow each other over {} symbols", table.ilocalsym, locals,
                      table.iextdefsym, externals, table.iundefsym, undefined, file.symbols.size());
  }
  for (size_t i = 0; i < file.symbols.size(); i++) {
    const MachoSymbol& s = file.symbols[i];
    const bool is_local_group = i < locals, is_undefined_group = i >= locals + externals;
    if (is_local_group && !s.is_stab() && (s.is_external() || !s.is_defined()))
      report.add("{} is among the locals", describe(s, i));
    if (!is_local_group && s.is_stab()) report.add("{} is debugging information among the globals", describe(s, i));
    if (!is_local_group && !is_undefined_group && (!s.is_external() || !s.is_defined())) {
      const bool is_common = file.is_object() && s.kind() == MachO::N_UNDF && s.value != 0;
      if (!is_common) report.add("{} is among the defined globals", describe(s, i));
    }
    if (is_undefined_group && s.is_defined()) report.add("{} is among the undefined", describe(s, i));
  }
}

void check_symbols(const MachoFile& file, Report& report) {
  for (size_t i = 0; i < file.symbols.size(); i++) {
    const MachoSymbol& s = file.symbols[i];
    if (!s.name) report.add("{}: its name is outside the string table", describe(s, i));
    if (s.is_stab()) continue;
    if (s.kind() == MachO::N_SECT) {
      if (s.section == 0 || s.section > file.sections.size()) {
        report.add("{} is in section {} of {}", describe(s, i), s.section, file.sections.size());
        continue;
      }
      const MachoSection& section = file.sections[s.section - 1];
      // __mh_execute_header and its like are at the start of the segment, in front of their section.
      const bool is_header = s.name && s.name->find("_header") != std::string_view::npos;
      if (!is_inside(s.value, 0, section.address, section.size) && !is_header) {
        report.add("{}: value {:#x} is outside {}", describe(s, i), s.value, describe(section));
      }
    } else if (s.kind() == MachO::N_UNDF && !file.is_object() && s.value != 0) {
      report.add("{}: a common symbol in a linked file", describe(s, i));
    } else if (s.kind() == MachO::N_UNDF && s.section != 0) {
      report.add("{}: undefined, but in section {}", describe(s, i), s.section);
    }
  }
}

void check_ordinals(const MachoFile& file, Report& report) {
  if ((file.flags & MachO::MH_TWOLEVEL) == 0) return;
  for (size_t i = 0; i < file.symbols.size(); i++) {
    const MachoSymbol& s = file.symbols[i];
    if (s.is_stab() || s.kind() != MachO::N_UNDF || !s.is_external()) continue;
    const uint32_t ordinal = s.description >> 8;
    const bool is_special =
        ordinal == MachO::DYNAMIC_LOOKUP_ORDINAL || ordinal == MachO::EXECUTABLE_ORDINAL || ordinal == 0;
    if (!is_special && ordinal > file.libraries.size())
      report.add("{} comes from library {} of {}", describe(s, i), ordinal, file.libraries.size());
    if (ordinal == MachO::EXECUTABLE_ORDINAL && file.type != MachO::MH_BUNDLE)
      report.add("{} comes from the executable, in a file that is no bundle", describe(s, i));
  }
  // Nothing undefined may be left in a file that says so.
  if ((file.flags & MachO::MH_NOUNDEFS) != 0 || file.dysymtab || !file.symtab) return;
  report.add("a two-level file without LC_DYSYMTAB");
}

// Bytes of an entry of a section that the indirect table describes; 0: none does.
uint64_t entry_size(const MachoFile& file, const MachoSection& section) {
  switch (section.type()) {
    case MachO::S_NON_LAZY_SYMBOL_POINTERS:
    case MachO::S_LAZY_SYMBOL_POINTERS:
    case MachO::S_LAZY_DYLIB_SYMBOL_POINTERS:
    case MachO::S_THREAD_LOCAL_VARIABLE_POINTERS:
      return file.word();
    case MachO::S_SYMBOL_STUBS:
      return section.reserved2;
    default:
      return 0;
  }
}

void check_indirect(const MachoFile& file, Report& report) {
  for (size_t i = 0; i < file.indirect.size(); i++) {
    const uint32_t index = file.indirect[i];
    const bool is_special = (index & ~(MachO::INDIRECT_SYMBOL_LOCAL | MachO::INDIRECT_SYMBOL_ABS)) == 0 && index != 0;
    if (!is_special && index >= file.symbols.size())
      report.add("indirect symbol {} is symbol {} of {}", i, index, file.symbols.size());
  }
  for (const MachoSection& section : file.sections) {
    if (section.type() == MachO::S_SYMBOL_STUBS && section.reserved2 == 0)
      report.add("{}: stubs of size 0", describe(section));
    const uint64_t size = entry_size(file, section);
    if (size == 0) continue;
    if (section.size % size != 0)
      report.add("{}: size {:#x} is no multiple of {}", describe(section), section.size, size);
    if (!is_inside(section.reserved1, section.size / size, 0, file.indirect.size())) {
      report.add("{}: indirect symbols {}+{} of {}", describe(section), section.reserved1, section.size / size,
                 file.indirect.size());
    }
  }
}

void check_function_starts(const MachoFile& file, Report& report) {
  const Bytes table = file.linkedit_data(MachO::LC_FUNCTION_STARTS);
  const MachoSegment* text = file.find_segment("__TEXT");
  if (table.empty() || !text) return;
  LebReader reader(table, 0);
  uint64_t address = text->address;
  while (!reader.at_end()) {
    const uint64_t delta = reader.uleb();
    if (reader.failed()) return report.add("the last number is cut off");
    if (delta == 0) break;
    address += delta;
    // On 32-bit ARM bit 0 says Thumb; no CPU here has it.
    const MachoSection* section = file.section_at(address);
    if (!section || !section->has_code()) report.add("{:#x} is not in code", address);
  }
  while (!reader.at_end()) {
    if (reader.byte() != 0) return report.add("bytes behind the end");
  }
}

void check_data_in_code(const MachoFile& file, Report& report) {
  const Bytes table = file.linkedit_data(MachO::LC_DATA_IN_CODE);
  const MachoSegment* header = file.header_segment();
  if (table.empty() || !header) return;
  if (table.size() % 8 != 0) report.add("size {:#x} is no multiple of 8", table.size());
  uint64_t end = 0;
  for (size_t at = 0; at + 8 <= table.size(); at += 8) {
    const auto offset = load<uint32_t>(table.data() + at);
    const auto length = load<uint16_t>(table.data() + at + 4), kind = load<uint16_t>(table.data() + at + 6);
    const MachoSection* section = file.section_at(header->address + offset);
    if (!section || !section->has_code()) report.add("entry {}: offset {:#x} is not in code", at / 8, offset);
    if (offset < end) report.add("entry {}: offset {:#x} is out of order", at / 8, offset);
    if (kind == 0 || kind > 5 || length == 0) report.add("entry {}: kind {}, length {}", at / 8, kind, length);
    end = uint64_t{offset} + length;
  }
}

// Relocations of objects: clang and ld64 write them by descending address, and Apple's linker relies on it.
void check_object_relocations(const MachoFile& file, Report& report) {
  for (const MachoSection& section : file.sections) {
    const auto table = slice(file.bytes, section.relocation_offset, uint64_t{section.relocation_count} * 8);
    if (!table) {
      report.add("{}: relocations outside the file", describe(section));
      continue;
    }
    for (uint32_t i = 0; i < section.relocation_count; i++) {
      const auto address = load<uint32_t>(table->data() + i * 8), word = load<uint32_t>(table->data() + i * 8 + 4);
      if ((address & MachO::R_SCATTERED) != 0) continue;
      const uint32_t symbol = word & 0xffffff, type = word >> 28;
      const bool is_external = (word >> 27 & 1) != 0;
      const bool has_place = type != MachO::ARM64_RELOC_ADDEND || !file.is_arm64();
      const uint64_t size = uint64_t{1} << (word >> 25 & 3);
      const bool is_pair = file.cpu == MachO::CPU_TYPE_I386 && type == MachO::GENERIC_RELOC_PAIR;
      if (!is_pair && !is_inside(address, size, 0, section.size))
        report.add("{}: relocation {} at {:#x} is outside", describe(section), i, address);
      if (is_external && symbol >= file.symbols.size())
        report.add("{}: relocation {} names symbol {} of {}", describe(section), i, symbol, file.symbols.size());
      if (!is_external && has_place && !is_pair && symbol > file.sections.size())
        report.add("{}: relocation {} names section {} of {}", describe(section), i, symbol, file.sections.size());
    }
  }
}

constexpr MachoRule kRules[] = {
    {"macho-linkedit-parts", "tables lie in __LINKEDIT, aligned, apart, in the order of Apple's tools", Scope::Linked,
     check_parts},
    {"macho-symbol-groups", "locals, defined globals and undefined symbols follow each other", Scope::Both,
     check_symbol_groups},
    {"macho-symbols", "symbols have names and lie in their sections", Scope::Both, check_symbols},
    {"macho-ordinals", "undefined symbols name a library that is there", Scope::Linked, check_ordinals},
    {"macho-indirect", "the indirect table covers every stub and pointer, with symbols that exist", Scope::Both,
     check_indirect},
    {"macho-function-starts", "function starts ascend and lie in code", Scope::Linked, check_function_starts},
    {"macho-data-in-code", "data in code is sorted and in code", Scope::Linked, check_data_in_code},
    {"macho-relocations", "relocations lie in their sections and name what exists", Scope::Relocatable,
     check_object_relocations},
};

}  // namespace

MachoRules macho_linkedit_rules() {
  return kRules;
}

}  // namespace xld::verify
