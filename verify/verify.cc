// Running the rule tables over one file. See verify.h.
//
// A format is a magic number, a reader and a list of rule tables.
#include "verify/verify.h"

#include "verify/elf_file.h"
#include "verify/macho_file.h"

namespace xld::verify {

namespace {

constexpr ElfRules (*kElfTables[])() = {
    elf_header_rules,  elf_segment_rules, elf_section_rules, elf_symbol_rules, elf_relocation_rules,
    elf_dynamic_rules, elf_hash_rules,    elf_unwind_rules,  elf_note_rules,
};

constexpr MachoRules (*kMachoTables[])() = {
    macho_header_rules,  macho_segment_rules, macho_linkedit_rules, macho_fixup_rules,
    macho_pointer_rules, macho_export_rules,  macho_unwind_rules,   macho_signature_rules,
};

bool is_in_scope(Scope scope, bool is_relocatable) {
  return scope == Scope::Both || (scope == Scope::Relocatable) == is_relocatable;
}

template <class File, class Table, size_t Count>
Verdict run_rules(const File& file, Table (*const (&tables)[Count])(), bool is_relocatable, const Settings& settings) {
  Verdict verdict;
  Report report(settings);
  for (const auto table : tables) {
    for (const Rule<File>& rule : table()) {
      if (!is_in_scope(rule.scope, is_relocatable)) continue;
      report.begin_rule(rule.name);
      rule.check(file, report);
      verdict.rules_run.push_back(rule.name);
    }
  }
  verdict.findings = report.findings();
  return verdict;
}

bool is_macho(Bytes file) {
  const auto magic = read<uint32_t>(file, 0);
  return magic == llvm::MachO::MH_MAGIC || magic == llvm::MachO::MH_MAGIC_64;
}

bool is_fat(Bytes file) {
  return contains(file, 0, 8) && load_big<uint32_t>(file.data()) == llvm::MachO::FAT_MAGIC;
}

// A file for several CPUs: each slice is judged by itself.
Result<Verdict> verify_slices(Bytes file, const Settings& settings) {
  Verdict all;
  const auto count = load_big<uint32_t>(file.data() + 4);
  for (uint64_t i = 0; i < count; i++) {
    const auto entry = slice(file, 8 + i * sizeof(llvm::MachO::fat_arch), sizeof(llvm::MachO::fat_arch));
    if (!entry) return Error{fmt::format("a fat file with room for {} of {} slices", i, count)};
    const auto contents = slice(file, load_big<uint32_t>(entry->data() + 8), load_big<uint32_t>(entry->data() + 12));
    if (!contents || !is_macho(*contents)) return Error{fmt::format("slice {} is no Mach-O file", i)};
    Result<Verdict> one = verify(*contents, settings);
    if (!one) return one;
    all.findings.insert(all.findings.end(), one->findings.begin(), one->findings.end());
    all.rules_run = one->rules_run;
  }
  return all;
}

}  // namespace

Result<Verdict> verify(Bytes file, const Settings& settings) {
  if (is_fat(file)) return verify_slices(file, settings);
  if (is_macho(file)) {
    Result<MachoFile> macho = read_macho(file);
    if (!macho) return macho.error();
    return run_rules(*macho, kMachoTables, macho->is_object(), settings);
  }
  Result<ElfFile> elf = read_elf(file);
  if (!elf) return elf.error();
  return run_rules(*elf, kElfTables, elf->is_relocatable(), settings);
}

std::vector<RuleName> list_rules() {
  std::vector<RuleName> names;
  for (const auto table : kElfTables) {
    for (const ElfRule& rule : table()) names.push_back({rule.name, rule.description});
  }
  for (const auto table : kMachoTables) {
    for (const MachoRule& rule : table()) names.push_back({rule.name, rule.description});
  }
  return names;
}

}  // namespace xld::verify
