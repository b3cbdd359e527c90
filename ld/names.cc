// See names.h.
#include "ld/names.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/core.h>

#include "core/glob.h"
#include "core/hash.h"
#include "ld/expression.h"
#include "ld/inputs.h"
#include "ld/messages.h"

namespace xld {

namespace {

constexpr FileId kLinkerFile{0u};

// What expressions may ask once layout is done; before, only numbers have a value.
class Environment : public ExpressionEnvironment {
 public:
  explicit Environment(const Link& link) : link_(link) {}

  std::optional<ExpressionValue> find_symbol(std::string_view name) const override {
    const SymbolId id = link_.symbols.find(name);
    if (!id.is_valid() || !link_.symbols.has(id, symbol_flag::kDefined)) return std::nullopt;
    const AtomId atom = link_.symbols.atom(id);
    if (!atom.is_valid()) return ExpressionValue{link_.symbols.value(id), {}};
    return ExpressionValue{link_.address_of(link_.atom(atom), link_.symbols.value(id)), link_.atom(atom).section};
  }

  std::optional<SectionFacts> find_section(std::string_view name) const override {
    for (uint32_t i = 0; i < link_.layout.sections.size(); i++) {
      const OutputSection& section = link_.layout.sections[i];
      if (section.name == name)
        return SectionFacts{SectionId{i}, section.address, section.load_address, section.size, section.alignment};
    }
    return std::nullopt;
  }

  uint64_t max_page_size() const override { return link_.target().max_page_size; }
  uint64_t common_page_size() const override { return link_.target().common_page_size; }
  uint64_t headers_size() const override {
    return link_.layout.sections.empty() ? 0 : link_.layout.sections.front().size;
  }

 private:
  const Link& link_;
};

// What the user says, on the command line or in a script; empty: nothing.
const std::string& asked_entry(const Link& link) {
  return link.options().entry.empty() ? link.entry_in_script : link.options().entry;
}

std::string_view entry_name(const Link& link) {
  return asked_entry(link).empty() ? link.target().entry : std::string_view(asked_entry(link));
}

// A library has no start unless it is given one.
bool starts_somewhere(const Link& link) {
  const bool is_program = link.applies_relocs() && link.target().output != OutputKind::SharedLibrary;
  return is_program || (link.format->libraries_start && !asked_entry(link).empty());
}

bool has_second_entry(const Link& link) {
  return starts_somewhere(link) && asked_entry(link).empty() && !link.target().second_entry.empty();
}

SymbolId want_name(Link& link, std::string_view name) {
  const SymbolId id = link.symbols.intern(name);
  link.symbols.add_flags(id, symbol_flag::kRoot);
  return id;
}

// False: there is no such function.
bool start_at(Link& link, std::string_view name) {
  const SymbolId id = link.symbols.find(name);
  // A function of a library is reached through its stub.
  const Slots::Record* record = id.is_valid() ? link.slots.record_of(id) : nullptr;
  const bool has_stub = record && record->stub != Slots::kNone;
  if (!id.is_valid() || (!link.symbols.has(id, symbol_flag::kDefined) && !has_stub)) return false;
  link.entry_address = link.symbol_addresses[id.value];
  return true;
}

void report_assignment(const Link& link, const SymbolAssignment& assignment, const Error& error) {
  link.diagnostics().error(
      fmt::format("{} {}={}: {}", assignment.source, assignment.name, assignment.expression, error.message));
}

void define_assigned(Link& link, SymbolId id, const SymbolAssignment& assignment, const Expression& expression,
                     Claim claim) {
  link.symbols.offer(id, claim);
  uint32_t flags = symbol_flag::kDefined | symbol_flag::kLinkerMade;
  if (expression.referenced_symbols().empty()) flags |= symbol_flag::kAbsolute;
  if (assignment.is_hidden) flags |= symbol_flag::kHidden;
  link.symbols.add_flags(id, flags);
}

// The definition in force is the linker's.
bool is_mine(const Link& link, SymbolId id) {
  return id.is_valid() && link.symbols.claim(id).is_definition() && link.symbols.claim(id).file() == kLinkerFile;
}

// Another name of a function is a function.
void inherit_nature(Link& link, SymbolId id, const Expression& expression) {
  const auto name = expression.as_symbol();
  const SymbolId original = name ? link.symbols.find(*name) : SymbolId();
  constexpr uint32_t kNature = symbol_flag::kFunction | symbol_flag::kObject | symbol_flag::kThreadLocal;
  if (original.is_valid()) link.symbols.add_flags(id, link.symbols.flags(original) & kNature);
}

}  // namespace

void define_requested_names(Link& link) {
  uint32_t index = 0;
  for (const SymbolAssignment& assignment : link.assignments) {
    const auto expression = Expression::parse(assignment.expression);
    if (!expression) {
      report_assignment(link, assignment, expression.error());
    } else if (!assignment.is_provided) {
      define_assigned(link, link.symbols.intern(assignment.name), assignment, *expression,
                      Claim::make(ClaimClass::Override, kLinkerFile, index++));
    }
  }
}

void provide_requested_names(Link& link) {
  for (const SymbolAssignment& assignment : link.assignments) {
    const auto expression = Expression::parse(assignment.expression);
    if (!expression) continue;
    const SymbolId id = link.symbols.find(assignment.name);
    constexpr uint32_t kWanted = symbol_flag::kReferenced | symbol_flag::kRoot | symbol_flag::kReferencedOutside;
    if (assignment.is_provided && id.is_valid() && link.symbols.has(id, kWanted) && !link.symbols.is_defined(id))
      define_assigned(link, id, assignment, *expression, Claim::make(ClaimClass::Provided, kLinkerFile, id.value));
    if (is_mine(link, id)) inherit_nature(link, id, *expression);
  }
}

std::vector<SymbolId> requested_names(Link& link) {
  const Options& options = link.options();
  std::vector<SymbolId> names;
  if (starts_somewhere(link)) names.push_back(want_name(link, entry_name(link)));
  if (has_second_entry(link)) names.push_back(want_name(link, link.target().second_entry));
  for (const std::string& name : options.undefined) names.push_back(want_name(link, name));
  for (const std::string& name : link.undefined_in_scripts) names.push_back(want_name(link, name));
  if (!options.keep_first.empty()) names.push_back(want_name(link, options.keep_first));
  for (const std::string& name : options.require_defined) names.push_back(want_name(link, name));
  for (const RequiredName& required : options.must_be_found) names.push_back(want_name(link, required.name));
  const auto want_operands = [&](const std::string& text) {
    if (const auto expression = Expression::parse(text))
      for (const std::string_view name : expression->referenced_symbols())
        names.push_back(want_name(link, link.session.keep(std::string(name))));
  };
  for (const SymbolAssignment& assignment : link.assignments) want_operands(assignment.expression);
  for (const Assertion& assertion : link.assertions) want_operands(assertion.expression);
  for (const std::string& pattern : options.undefined_globs) {
    const Glob glob(pattern);
    for (uint32_t i = 0; i < link.symbols.size(); i++)
      if (glob.matches(link.symbols.name(SymbolId{i})))
        names.push_back(want_name(link, link.symbols.name(SymbolId{i})));
  }
  return names;
}

void wrap_references(Link& link, InputFile& file) {
  struct Renaming {
    SymbolId from, to;
  };
  std::vector<Renaming> renamings;
  for (const std::string& name : link.options().wrapped) {
    const SymbolId original = link.symbols.intern(name);
    renamings.push_back({original, link.symbols.intern(link.session.keep("__wrap_" + name))});
    renamings.push_back({link.symbols.intern(link.session.keep("__real_" + name)), original});
  }
  // A reference is renamed once, even if a name is wrapped twice or the wrapper is wrapped itself.
  for (size_t i = 0; i < file.globals.size(); i++) {
    if (file.occurrences[i].claim_class != ClaimClass::None) continue;
    const auto found = std::find_if(renamings.begin(), renamings.end(),
                                    [&](const Renaming& renaming) { return renaming.from == file.globals[i]; });
    if (found != renamings.end()) file.globals[i] = found->to;
  }
}

namespace {

// Where sections have no addresses yet, a value in one of them moves with what stands there.
void place_assigned(Link& link, SymbolId id, const ExpressionValue& value) {
  link.symbols.place(id, AtomId(), value.address);
  if (!value.section.is_valid()) return link.symbols.add_flags(id, symbol_flag::kAbsolute);
  const std::vector<AtomId>& atoms = link.layout.section(value.section).atoms;
  if (link.applies_relocs() || atoms.empty()) return;
  link.symbols.place(id, atoms.front(), value.address - link.atom(atoms.front()).address);
}

}  // namespace

void evaluate_assignments(Link& link) {
  const Environment environment(link);
  for (const SymbolAssignment& assignment : link.assignments) {
    const auto expression = Expression::parse(assignment.expression);
    const SymbolId id = link.symbols.find(assignment.name);
    if (!expression || !is_mine(link, id)) continue;  // reported when it was defined; not provided
    if (const auto value = expression->evaluate(environment)) {
      place_assigned(link, id, *value);
    } else {
      report_assignment(link, assignment, value.error());
    }
  }
}

void check_assertions(Link& link) {
  const Environment environment(link);
  for (const Assertion& assertion : link.assertions) {
    const auto expression = Expression::parse(assertion.expression);
    const auto value = expression ? expression->evaluate(environment) : Result<ExpressionValue>(expression.error());
    if (!value) {
      link.diagnostics().error(
          fmt::format("{} ASSERT({}): {}", assertion.source, assertion.expression, value.error().message));
    } else if (value->address == 0) {
      link.diagnostics().error(fmt::format("{} assertion failed: {}", assertion.source, assertion.message));
    }
  }
}

void settle_entry(Link& link) {
  if (!starts_somewhere(link) || !link.applies_relocs()) return;
  const std::string entry(entry_name(link));
  if (start_at(link, entry) || (has_second_entry(link) && start_at(link, link.target().second_entry))) return;
  uint64_t number = 0;
  const bool is_hexadecimal = entry.starts_with("0x") || entry.starts_with("0X");
  const char* begin = entry.data() + (is_hexadecimal ? 2 : 0);
  const auto [end, error] = std::from_chars(begin, entry.data() + entry.size(), number, is_hexadecimal ? 16 : 10);
  if (error == std::errc() && end == entry.data() + entry.size()) {
    link.entry_address = number;
    return;
  }
  for (const OutputSection& section : link.layout.sections) {
    if (section.name != link.target().code_section) continue;
    link.entry_address = section.address;
    link.diagnostics().warn(fmt::format("cannot find entry symbol {}; the program starts at {:#x}, the start of {}",
                                        entry, section.address, section.name));
    return;
  }
  link.diagnostics().warn(fmt::format("cannot find entry symbol {}; the program has no entry", entry));
}

void read_retained_names(Link& link, InputFinder& finder) {
  const std::string& path = link.options().retain_symbols_file;
  if (path.empty()) return;
  const auto bytes = finder.open_setting(path);
  if (!bytes) {
    link.diagnostics().error(fmt::format("--retain-symbols-file: cannot open {}: {}", path, bytes.error().message));
    return;
  }
  link.retains_all_names = false;
  std::string_view text = as_text(*bytes);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back()))) line.remove_suffix(1);
    if (!line.empty()) link.retained_names.emplace(line);
  }
}

void open_setting_files(Link& link, InputFinder& finder) {
  const auto open = [&](SettingKind kind, std::string_view option, const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      const auto bytes = finder.open_setting(path);
      if (bytes) {
        link.setting_files.push_back({kind, path, *bytes});
      } else {
        link.diagnostics().error(fmt::format("{}: cannot open {}: {}", option, path, bytes.error().message));
      }
    }
  };
  const Options& options = link.options();
  open(SettingKind::VersionScript, "--version-script", options.version_scripts);
  open(SettingKind::DynamicList, "--dynamic-list", options.dynamic.lists);
  open(SettingKind::ExportList, "--export-dynamic-symbol-list", options.dynamic.exported_symbol_lists);
}

void check_required_names(Link& link) {
  for (const std::string& name : link.options().require_defined) {
    const SymbolId id = link.symbols.find(name);
    if (!id.is_valid() || !link.symbols.has(id, symbol_flag::kDefined))
      link.diagnostics().error(fmt::format("--require-defined={}: symbol is not defined in any input", name));
  }
  for (const RequiredName& required : link.options().must_be_found) {
    const SymbolId id = link.symbols.find(required.name);
    if (!id.is_valid() || !link.symbols.has(id, symbol_flag::kDefined | symbol_flag::kImported))
      link.diagnostics().error(fmt::format("undefined symbol: {}\n>>> referenced by {}",
                                           readable_name(link, required.name), required.option));
  }
}

}  // namespace xld
