// Rules about symbol tables (gABI ch. 4, "Symbol Table"; the TLS paper §3 for STT_TLS).
#include "verify/elf_file.h"
#include "verify/rules.h"

namespace xld::verify {

namespace {

// Calls `check(table, symbol, index)` for every symbol but the null one.
template <class Check>
void for_each_symbol(const ElfFile& file, Check check) {
  for (const SymbolTable& table : file.symbol_tables) {
    for (size_t i = 1; i < table.symbols.size(); i++) check(table, table.symbols[i], i);
  }
}

void check_null(const ElfFile& file, Report& report) {
  for (const SymbolTable& table : file.symbol_tables) {
    if (table.symbols.empty()) {
      report.add("{} has no null symbol", describe(*table.section));
      continue;
    }
    const Symbol& s = table.symbols.front();
    if (s.name_offset != 0 || s.value != 0 || s.size != 0 || s.raw_section != 0 || s.binding != 0 || s.type != 0) {
      report.add("{}: symbol [0] is not null", describe(*table.section));
    }
  }
}

void check_names(const ElfFile& file, Report& report) {
  for_each_symbol(file, [&](const SymbolTable& table, const Symbol& s, size_t i) {
    if (!s.name)
      report.add("{}: symbol [{}] has its name at {:#x}, outside the string table", describe(*table.section), i,
                 s.name_offset);
  });
}

void check_section_index(const ElfFile& file, Report& report) {
  for_each_symbol(file, [&](const SymbolTable& table, const Symbol& s, size_t i) {
    const bool is_reserved = s.raw_section >= ELF::SHN_LORESERVE && s.raw_section != ELF::SHN_XINDEX;
    const bool is_known = s.raw_section == ELF::SHN_ABS || s.raw_section == ELF::SHN_COMMON ||
                          (file.machine == ELF::EM_X86_64 && s.raw_section == 0xff02);  // SHN_X86_64_LCOMMON
    if (is_reserved ? !is_known : s.is_in_section() && !file.section_at(s.section)) {
      report.add("{}: {} is in section {:#x}, which does not exist", describe(*table.section), describe(s, i),
                 s.section);
    }
    if (s.raw_section == ELF::SHN_COMMON && !file.is_relocatable()) {
      report.add("{}: {} is still common: it was never allocated", describe(*table.section), describe(s, i));
    }
  });
}

// st_value of a section's symbol: an offset in a relocatable file, else an address; of STT_TLS an offset into PT_TLS.
uint64_t section_start(const ElfFile& file, const Section& section, const Symbol& symbol) {
  if (file.is_relocatable()) return 0;
  if (symbol.type != ELF::STT_TLS) return section.address;
  const Segment* tls = file.find_segment(ELF::PT_TLS);
  return tls ? section.address - tls->address : section.address;
}

// Linkers define address symbols (__ehdr_start, _GLOBAL_OFFSET_TABLE_, __dso_handle, _end, the ends of arrays) relative
// to a section that happens to be near. Such symbols have no type or size; they may name any address of the image. mold
// has a _TLS_MODULE_BASE_ of 0 in programs without thread-local data.
bool is_address_symbol(const ElfFile& file, const Symbol& symbol) {
  if (file.is_relocatable() || symbol.size != 0) return false;
  return symbol.type == ELF::STT_NOTYPE || symbol.type == ELF::STT_OBJECT || symbol.type == ELF::STT_TLS;
}

bool is_in_image(const ElfFile& file, uint64_t address) {
  for (const Segment& s : file.segments) {
    // One page of slack: _end and __end of a page-rounded image.
    if (s.is_load() && is_inside(address, 0, s.address & ~0xfffULL, s.memory_size + 0x2000)) return true;
  }
  return false;
}

void check_value(const ElfFile& file, Report& report) {
  for_each_symbol(file, [&](const SymbolTable& table, const Symbol& s, size_t i) {
    const Section* section = s.is_in_section() ? file.section_at(s.section) : nullptr;
    if (!section || (!file.is_relocatable() && !section->is_alloc())) return;
    const uint64_t start = section_start(file, *section, s);
    if (is_inside(s.value, s.size, start, section->size)) return;
    const bool is_tls_offset = s.type == ELF::STT_TLS || (s.name == "_TLS_MODULE_BASE_" && s.value == 0);
    if (is_address_symbol(file, s) && (is_tls_offset || is_in_image(file, s.value))) return;
    report.add("{}: {} has value {:#x}, size {:#x}, outside {} at {:#x}, size {:#x}", describe(*table.section),
               describe(s, i), s.value, s.size, describe(*section), start, section->size);
  });
}

void check_order(const ElfFile& file, Report& report) {
  for (const SymbolTable& table : file.symbol_tables) {
    size_t first_global = 0;
    while (first_global < table.symbols.size() && table.symbols[first_global].binding == ELF::STB_LOCAL) first_global++;
    if (table.section->info != first_global) {
      report.add("{}: sh_info is {}, but the first symbol that is not local is [{}]", describe(*table.section),
                 table.section->info, first_global);
    }
    for (size_t i = first_global; i < table.symbols.size(); i++) {
      if (table.symbols[i].binding != ELF::STB_LOCAL) continue;
      report.add("{}: local {} follows global symbols", describe(*table.section), describe(table.symbols[i], i));
    }
  }
}

// __tls_get_addr (i386: ___tls_get_addr) may stay behind: lld and gold keep the symbol although every call of it has
// been relaxed away.
bool is_tls_call(const Symbol& s) {
  return s.name == "__tls_get_addr" || s.name == "___tls_get_addr";
}

// Nobody is left to define it. Outputs of --unresolved-symbols=ignore-all break this rule, and deserve it; so do those
// of gold that keep an undefined _GLOBAL_OFFSET_TABLE_ after relaxation.
void check_undefined(const ElfFile& file, Report& report) {
  if (!file.is_static_executable()) return;
  for_each_symbol(file, [&](const SymbolTable& table, const Symbol& s, size_t i) {
    if (s.is_undefined() && s.binding == ELF::STB_GLOBAL && !is_tls_call(s)) {
      report.add("{}: {} is undefined in a static executable", describe(*table.section), describe(s, i));
    }
  });
}

void check_tls(const ElfFile& file, Report& report) {
  const Segment* tls = file.find_segment(ELF::PT_TLS);
  for_each_symbol(file, [&](const SymbolTable& table, const Symbol& s, size_t i) {
    const Section* section = s.is_in_section() ? file.section_at(s.section) : nullptr;
    const bool is_tls = s.type == ELF::STT_TLS;
    if (section && is_tls && !section->has(ELF::SHF_TLS)) {
      report.add("{}: {} is thread-local, {} is not", describe(*table.section), describe(s, i), describe(*section));
    }
    if (!section || !is_tls || file.is_relocatable()) return;
    if (!tls) {
      report.add("{}: {} is thread-local, but there is no PT_TLS", describe(*table.section), describe(s, i));
    } else if (!is_inside(s.value, s.size, 0, tls->memory_size)) {
      report.add("{}: {} has offset {:#x}, size {:#x}, outside {} of size {:#x}", describe(*table.section),
                 describe(s, i), s.value, s.size, describe(*tls), tls->memory_size);
    }
  });
}

void check_files(const ElfFile& file, Report& report) {
  for_each_symbol(file, [&](const SymbolTable& table, const Symbol& s, size_t i) {
    if (s.type != ELF::STT_FILE) return;
    if (s.binding != ELF::STB_LOCAL || s.raw_section != ELF::SHN_ABS || s.size != 0) {
      report.add("{}: {} of STT_FILE must be local, absolute and of size 0", describe(*table.section), describe(s, i));
    }
  });
}

// gABI: a hidden or internal symbol becomes local when it is linked, and is nothing the loader may see. In .symtab,
// which nobody resolves against, GNU ld leaves it global.
void check_visibility(const ElfFile& file, Report& report) {
  for_each_symbol(file, [&](const SymbolTable& table, const Symbol& s, size_t i) {
    const bool is_hidden = s.visibility == ELF::STV_HIDDEN || s.visibility == ELF::STV_INTERNAL;
    const bool is_dynamic = table.section->type == ELF::SHT_DYNSYM;
    if (is_dynamic && is_hidden && s.binding != ELF::STB_LOCAL && !s.is_undefined()) {
      report.add("{}: {} is hidden, yet not local", describe(*table.section), describe(s, i));
    }
  });
}

void check_extended_indices(const ElfFile& file, Report& report) {
  for (const Section& s : file.sections) {
    if (s.type != ELF::SHT_SYMTAB_SHNDX) continue;
    const Section* symbols = file.section_at(s.link);
    if (!symbols || symbols->entry_size == 0) continue;
    const uint64_t count = symbols->size / symbols->entry_size;
    if (s.size / 4 != count) {
      report.add("{} has {} entries, {} has {}", describe(s), s.size / 4, describe(*symbols), count);
    }
  }
  for_each_symbol(file, [&](const SymbolTable& table, const Symbol& s, size_t i) {
    if (s.raw_section == ELF::SHN_XINDEX && s.section < ELF::SHN_LORESERVE) {
      report.add("{}: {} has SHN_XINDEX for section {:#x}, which needs none", describe(*table.section), describe(s, i),
                 s.section);
    }
  });
}

constexpr ElfRule kRules[] = {
    {"symbol-null", "symbol 0 is null", Scope::Both, check_null},
    {"symbol-name", "names lie in the string table", Scope::Both, check_names},
    {"symbol-section", "symbols are in sections that exist; none is common after linking", Scope::Both,
     check_section_index},
    {"symbol-value", "a symbol and its size lie inside its section (linker-made address symbols: in the image)",
     Scope::Both, check_value},
    {"symbol-order", "local symbols come first and sh_info counts them", Scope::Both, check_order},
    {"symbol-undefined", "a static executable has no undefined symbols but weak ones", Scope::Linked, check_undefined},
    {"symbol-tls", "thread-local symbols are in thread-local sections, their values inside PT_TLS", Scope::Both,
     check_tls},
    {"symbol-file", "STT_FILE symbols are local, absolute and empty", Scope::Both, check_files},
    {"symbol-visibility", "the dynamic symbol table has no hidden symbols", Scope::Linked, check_visibility},
    {"symbol-extended-index", ".symtab_shndx has an entry per symbol and serves those that need it", Scope::Both,
     check_extended_indices},
};

}  // namespace

ElfRules elf_symbol_rules() {
  return kRules;
}

}  // namespace xld::verify
