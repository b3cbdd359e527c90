// Running the rule tables over one file. See verify.h.
//
// A format is a magic number, a reader and a list of rule tables; Mach-O joins as a second branch of verify().
#include "verify/verify.h"

#include "verify/elf_file.h"

namespace xld::verify {

namespace {

constexpr ElfRules (*kElfTables[])() = {
    elf_header_rules,  elf_segment_rules, elf_section_rules, elf_symbol_rules, elf_relocation_rules,
    elf_dynamic_rules, elf_hash_rules,    elf_unwind_rules,  elf_note_rules,
};

bool is_in_scope(Scope scope, bool is_relocatable) {
  return scope == Scope::Both || (scope == Scope::Relocatable) == is_relocatable;
}

Verdict run_elf_rules(const ElfFile& file, const Settings& settings) {
  Verdict verdict;
  Report report(settings);
  for (const auto table : kElfTables) {
    for (const ElfRule& rule : table()) {
      if (!is_in_scope(rule.scope, file.is_relocatable())) continue;
      report.begin_rule(rule.name);
      rule.check(file, report);
      verdict.rules_run.push_back(rule.name);
    }
  }
  verdict.findings = report.findings();
  return verdict;
}

}  // namespace

Result<Verdict> verify(Bytes file, const Settings& settings) {
  Result<ElfFile> elf = read_elf(file);
  if (!elf) return elf.error();
  return run_elf_rules(*elf, settings);
}

std::vector<RuleName> list_rules() {
  std::vector<RuleName> names;
  for (const auto table : kElfTables) {
    for (const ElfRule& rule : table()) names.push_back({rule.name, rule.description});
  }
  return names;
}

}  // namespace xld::verify
