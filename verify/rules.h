// The rule table: what a rule is, and how it reports.
//
// A rule is a name, a sentence and a function over a decoded file. Each object format has its own file type and its own
// tables; the runner (verify.cc) knows neither. A rule reads only what the reader has bounds-checked, reports
// everything it finds, and must come to an end on any file: rules over tables that refer to each other (hash chains,
// CIE pointers) count their steps.
#pragma once

#include <cstdint>
#include <fmt/core.h>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xld::verify {

struct Settings {
  bool allow_rwx = false;  // --allow-rwx: writable and executable segments are wanted (-N, boot code)
};

// One violation.
struct Finding {
  std::string rule;
  std::string message;  // names the section, segment or symbol and the offset
};

// Collects the findings of one file. A broken table tends to break in every entry, so a rule's findings are capped.
class Report {
 public:
  static constexpr size_t kLimitPerRule = 20;

  explicit Report(const Settings& settings) : settings_(settings) {}

  const Settings& settings() const { return settings_; }
  const std::vector<Finding>& findings() const { return findings_; }

  void begin_rule(std::string_view name) {
    rule_ = name;
    count_ = 0;
  }

  template <class... Arguments>
  void add(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    if (++count_ > kLimitPerRule) return;
    findings_.push_back({std::string(rule_), fmt::format(format, std::forward<Arguments>(arguments)...)});
    if (count_ == kLimitPerRule)
      findings_.push_back({std::string(rule_), "more violations of this rule are not shown"});
  }

 private:
  Settings settings_;
  std::string_view rule_;
  size_t count_ = 0;
  std::vector<Finding> findings_;
};

// Which files a rule is about.
enum class Scope : uint8_t { Linked, Relocatable, Both };

template <class File>
struct Rule {
  std::string_view name;
  std::string_view description;
  Scope scope;
  void (*check)(const File& file, Report& report);
};

struct ElfFile;
using ElfRule = Rule<ElfFile>;
using ElfRules = std::span<const ElfRule>;

// In the order they run: a file whose headers are wrong says so first.
ElfRules elf_header_rules();
ElfRules elf_segment_rules();
ElfRules elf_section_rules();
ElfRules elf_symbol_rules();
ElfRules elf_relocation_rules();
ElfRules elf_dynamic_rules();
ElfRules elf_hash_rules();
ElfRules elf_unwind_rules();
ElfRules elf_note_rules();

struct MachoFile;
using MachoRule = Rule<MachoFile>;
using MachoRules = std::span<const MachoRule>;

MachoRules macho_header_rules();
MachoRules macho_segment_rules();
MachoRules macho_linkedit_rules();
MachoRules macho_fixup_rules();
MachoRules macho_pointer_rules();
MachoRules macho_export_rules();
MachoRules macho_unwind_rules();
MachoRules macho_signature_rules();

}  // namespace xld::verify
