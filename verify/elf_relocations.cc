// Rules about relocation tables: those of relocatable files, and those a loader or start-up code applies (x86-64 psABI
// §4.4, i386 psABI §4.4; DT_RELACOUNT as GNU ld and glibc define it).
#include <algorithm>
#include <llvm/Object/ELF.h>

#include "verify/elf_file.h"
#include "verify/rules.h"

namespace xld::verify {

namespace {

// Types a loader knows.
constexpr uint32_t kDynamicTypes_X86_64[] = {
    ELF::R_X86_64_NONE,     ELF::R_X86_64_64,        ELF::R_X86_64_PC32,     ELF::R_X86_64_COPY,
    ELF::R_X86_64_GLOB_DAT, ELF::R_X86_64_JUMP_SLOT, ELF::R_X86_64_RELATIVE, ELF::R_X86_64_32,
    ELF::R_X86_64_DTPMOD64, ELF::R_X86_64_DTPOFF64,  ELF::R_X86_64_TPOFF64,  ELF::R_X86_64_PC64,
    ELF::R_X86_64_SIZE32,   ELF::R_X86_64_SIZE64,    ELF::R_X86_64_TLSDESC,  ELF::R_X86_64_IRELATIVE,
};
constexpr uint32_t kDynamicTypes_386[] = {
    ELF::R_386_NONE,        ELF::R_386_32,       ELF::R_386_PC32,      ELF::R_386_COPY,         ELF::R_386_GLOB_DAT,
    ELF::R_386_JUMP_SLOT,   ELF::R_386_RELATIVE, ELF::R_386_TLS_TPOFF, ELF::R_386_TLS_DTPMOD32, ELF::R_386_TLS_DTPOFF32,
    ELF::R_386_TLS_TPOFF32, 38 /* SIZE32 */,     ELF::R_386_TLS_DESC,  ELF::R_386_IRELATIVE,
};

struct RelativeTypes {
  uint32_t relative, irelative, none, copy;
};

RelativeTypes relative_types(const ElfFile& file) {
  if (file.machine == ELF::EM_386) return {ELF::R_386_RELATIVE, ELF::R_386_IRELATIVE, ELF::R_386_NONE, ELF::R_386_COPY};
  return {ELF::R_X86_64_RELATIVE, ELF::R_X86_64_IRELATIVE, ELF::R_X86_64_NONE, ELF::R_X86_64_COPY};
}

bool is_dynamic_type(const ElfFile& file, uint32_t type) {
  const std::span<const uint32_t> types =
      file.machine == ELF::EM_386 ? std::span<const uint32_t>(kDynamicTypes_386) : kDynamicTypes_X86_64;
  return std::find(types.begin(), types.end(), type) != types.end();
}

std::string type_name(const ElfFile& file, uint32_t type) {
  const llvm::StringRef name = llvm::object::getELFRelocationTypeName(file.machine, type);
  return name == "Unknown" ? fmt::format("relocation type {}", type) : name.str();
}

// Applied when the program starts; others are left by --emit-relocs or belong to relocatable files.
bool is_load_time(const ElfFile& file, const RelocationTable& table) {
  return !file.is_relocatable() && table.section->is_alloc();
}

template <class Check>
void for_each_load_time(const ElfFile& file, Check check) {
  if (!file.is_x86()) return;
  for (const RelocationTable& table : file.relocation_tables) {
    if (!is_load_time(file, table)) continue;
    for (size_t i = 0; i < table.relocations.size(); i++) check(table, table.relocations[i], i);
  }
}

std::string describe_entry(const RelocationTable& table, size_t index) {
  return fmt::format("{} entry {}", describe(*table.section), index);
}

// What the relocation adds to the load address: r_addend, or for REL the word in place.
std::optional<uint64_t> addend_of(const ElfFile& file, const RelocationTable& table, const Relocation& r) {
  if (table.has_addends) return static_cast<uint64_t>(r.addend);
  const auto place = file.bytes_at(r.offset, file.word());
  return place ? file.read_word(*place, 0) : std::nullopt;
}

const SymbolTable* symbols_of(const ElfFile& file, const RelocationTable& table) {
  for (const SymbolTable& symbols : file.symbol_tables) {
    if (symbols.section->index == table.section->link) return &symbols;
  }
  return nullptr;
}

void check_types(const ElfFile& file, Report& report) {
  for (const RelocationTable& table : file.relocation_tables) {
    for (size_t i = 0; i < table.relocations.size() && file.is_x86(); i++) {
      const uint32_t type = table.relocations[i].type;
      const bool is_known = is_load_time(file, table)
                                ? is_dynamic_type(file, type)
                                : llvm::object::getELFRelocationTypeName(file.machine, type) != "Unknown";
      if (!is_known) report.add("{}: {} cannot occur here", describe_entry(table, i), type_name(file, type));
    }
  }
}

void check_symbols(const ElfFile& file, Report& report) {
  for (const RelocationTable& table : file.relocation_tables) {
    const SymbolTable* symbols = symbols_of(file, table);
    const size_t count = symbols ? symbols->symbols.size() : 1;
    for (size_t i = 0; i < table.relocations.size(); i++) {
      if (table.relocations[i].symbol < count) continue;
      report.add("{}: symbol {} of {}", describe_entry(table, i), table.relocations[i].symbol, count);
    }
  }
}

void check_object_offsets(const ElfFile& file, Report& report) {
  for (const RelocationTable& table : file.relocation_tables) {
    const Section* target = file.section_at(table.section->info);
    if (!target || target->has(ELF::SHF_COMPRESSED)) continue;  // offsets count in what it expands to
    for (size_t i = 0; i < table.relocations.size(); i++) {
      const Relocation& r = table.relocations[i];
      // NONE relocations at the very end mark a section as needed.
      if (r.offset < target->size || (r.type == 0 && r.offset <= target->size)) continue;
      report.add("{}: offset {:#x} is outside {} of size {:#x}", describe_entry(table, i), r.offset, describe(*target),
                 target->size);
    }
  }
}

bool has_text_relocations(const ElfFile& file) {
  return file.dynamic_value(ELF::DT_TEXTREL) || (file.dynamic_value(ELF::DT_FLAGS).value_or(0) & ELF::DF_TEXTREL) != 0;
}

// The word lies in one writable segment (RELRO is writable while relocations are applied). DT_TEXTREL lifts the latter.
void check_offsets(const ElfFile& file, Report& report) {
  const RelativeTypes types = relative_types(file);
  const bool allow_text = has_text_relocations(file);
  for_each_load_time(file, [&](const RelocationTable& table, const Relocation& r, size_t i) {
    if (r.type == types.none) return;
    const uint64_t size = r.type == types.copy ? 1 : 4;
    const Segment* load = file.load_at(r.offset, size);
    if (!load) {
      report.add("{}: offset {:#x} is in no PT_LOAD", describe_entry(table, i), r.offset);
    } else if (!load->is_writable() && !allow_text) {
      report.add("{}: {} at {:#x} writes to {}, which is read-only", describe_entry(table, i), type_name(file, r.type),
                 r.offset, describe(*load));
    }
  });
}

// DT_RELACOUNT or DT_RELCOUNT entries at the start are RELATIVE, and no other is: glibc applies them without a look.
void check_relative_order(const ElfFile& file, Report& report) {
  const bool has_addends = file.dynamic_value(ELF::DT_RELA).has_value();
  const auto count = file.dynamic_value(has_addends ? ELF::DT_RELACOUNT : ELF::DT_RELCOUNT);
  const auto start = file.dynamic_value(has_addends ? ELF::DT_RELA : ELF::DT_REL);
  if (!count || !start) return;
  const uint32_t relative = relative_types(file).relative;
  for_each_load_time(file, [&](const RelocationTable& table, const Relocation& r, size_t i) {
    if (table.section->address != *start || (r.type == relative) == (i < *count)) return;
    report.add("{}: {} although {} is {}", describe_entry(table, i), type_name(file, r.type),
               has_addends ? "DT_RELACOUNT" : "DT_RELCOUNT", *count);
  });
}

// Compilers form addresses a little before or behind an object; a megabyte around the image is surely an accident.
void check_relative_addends(const ElfFile& file, Report& report) {
  constexpr uint64_t kSlack = 0x100000;
  const uint32_t relative = relative_types(file).relative;
  uint64_t start = UINT64_MAX, end = 0;
  for (const Segment& s : file.segments) {
    if (!s.is_load()) continue;
    start = std::min(start, s.address);
    end = std::max(end, s.address + s.memory_size);
  }
  for_each_load_time(file, [&](const RelocationTable& table, const Relocation& r, size_t i) {
    if (r.type != relative) return;
    if (r.symbol != 0) report.add("{}: a relative relocation with symbol {}", describe_entry(table, i), r.symbol);
    const auto addend = addend_of(file, table, r);
    if (!addend) return report.add("{}: no addend at {:#x}", describe_entry(table, i), r.offset);
    const uint64_t distance = *addend - start + kSlack;  // wraps around on purpose
    if (end >= start && distance > end - start + 2 * kSlack) {
      report.add("{}: {:#x} is outside the image", describe_entry(table, i), *addend);
    }
  });
}

void check_irelative(const ElfFile& file, Report& report) {
  const uint32_t irelative = relative_types(file).irelative;
  for_each_load_time(file, [&](const RelocationTable& table, const Relocation& r, size_t i) {
    if (r.type != irelative) return;
    const auto resolver = addend_of(file, table, r);
    const Segment* load = resolver ? file.load_at(*resolver, 1) : nullptr;
    if (!load || !load->is_executable()) {
      report.add("{}: resolver {:#x} is in no executable segment", describe_entry(table, i), resolver.value_or(0));
    }
  });
}

// RELR: an even word is an address, an odd one a bitmap of the words behind it (gABI, "Relative relocations").
void check_relr(const ElfFile& file, Report& report) {
  for (const Section& s : file.sections) {
    if (s.type != ELF::SHT_RELR) continue;
    const uint64_t word = file.word();
    uint64_t place = 0;
    bool has_address = false;
    for (uint64_t at = 0; at + word <= s.contents.size(); at += word) {
      const uint64_t entry = file.read_word(s.contents, at).value_or(0);
      if ((entry & 1) == 0) {
        place = entry + word;
        has_address = true;
        const Segment* load = file.load_at(entry, word);
        if (!load || !load->is_writable()) {
          report.add("{}+{:#x}: address {:#x} is not writable", describe(s), at, entry);
        }
        continue;
      }
      if (!has_address) report.add("{}+{:#x}: a bitmap before any address", describe(s), at);
      for (uint64_t bits = entry >> 1, p = place; bits != 0; bits >>= 1, p += word) {
        if ((bits & 1) != 0 && !file.load_at(p, word))
          report.add("{}+{:#x}: {:#x} is in no PT_LOAD", describe(s), at, p);
      }
      place += (word * 8 - 1) * word;
    }
  }
}

constexpr ElfRule kRules[] = {
    {"reloc-type", "relocation types are known; loaded tables have only types a loader applies", Scope::Both,
     check_types},
    {"reloc-symbol", "symbol indices are in the linked symbol table", Scope::Both, check_symbols},
    {"reloc-object-offset", "relocations of a relocatable file lie in their section", Scope::Relocatable,
     check_object_offsets},
    {"reloc-offset", "relocated words are loaded and writable (DT_TEXTREL: loaded)", Scope::Linked, check_offsets},
    {"reloc-relative-order", "DT_RELACOUNT counts the relative relocations, which come first", Scope::Linked,
     check_relative_order},
    {"reloc-relative-addend", "relative relocations point into the image and have no symbol", Scope::Linked,
     check_relative_addends},
    {"reloc-irelative", "resolvers of IRELATIVE relocations are executable", Scope::Linked, check_irelative},
    {"reloc-relr", "RELR tables decode and name writable words", Scope::Linked, check_relr},
};

}  // namespace

ElfRules elf_relocation_rules() {
  return kRules;
}

}  // namespace xld::verify
