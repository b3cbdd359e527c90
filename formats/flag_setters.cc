// Values of options, and the setters that all dialects share. See flag_setters.h.
#include "formats/flag_setters.h"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>

#include "core/target_table.h"
#include "dynimport/import_request.h"

namespace xld {
namespace {

std::optional<uint64_t> parse_digits(std::string_view digits, int base) {
  uint64_t value = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (failure != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

bool has_hexadecimal_prefix(std::string_view text) {
  return text.starts_with("0x") || text.starts_with("0X");
}

// The number of bits a suffix shifts by.
unsigned suffix_shift(char suffix) {
  switch (suffix) {
    case 'k':
    case 'K':
      return 10;
    case 'm':
    case 'M':
      return 20;
    case 'g':
    case 'G':
      return 30;
    default:
      return 0;
  }
}

}  // namespace

std::optional<uint64_t> parse_number(std::string_view text) {
  const unsigned shift = text.empty() ? 0 : suffix_shift(text.back());
  if (shift != 0) text.remove_suffix(1);
  const bool is_octal = text.size() > 1 && text[0] == '0';
  const auto value =
      has_hexadecimal_prefix(text) ? parse_digits(text.substr(2), 16) : parse_digits(text, is_octal ? 8 : 10);
  if (!value || *value > UINT64_MAX >> shift) return std::nullopt;
  return *value << shift;
}

std::optional<uint64_t> parse_address(std::string_view text) {
  return parse_digits(has_hexadecimal_prefix(text) ? text.substr(2) : text, 16);
}

void report_bad_number(OptionContext& context, const OptionUse& use, std::string_view kind) {
  context.error(fmt::format("{}: '{}' is not {}, or out of range", use.spelling, use.value, kind));
}

void report_bad_word(OptionContext& context, const OptionUse& use, std::string_view allowed) {
  context.error(fmt::format("{}: unknown value '{}'; use one of: {}", use.spelling, use.value, allowed));
}

void add_library(OptionContext& context, const OptionUse& use) {
  context.add_input(InputKind::Library, use.value);
}

void add_import(OptionContext& context, const OptionUse& use, ImportForm form) {
  if (auto request = parse_import(use.value, form)) {
    context.options.imports.push_back(std::move(*request));
  } else {
    context.error(fmt::format("{}={}: {}", use.spelling, use.value, request.error().message));
  }
}

void set_color(OptionContext& context, const OptionUse& use) {
  enum class When { Auto, Always, Never };
  static constexpr NamedValue<When> kWhen[] = {{"auto", When::Auto}, {"always", When::Always}, {"never", When::Never}};
  auto when = use.is_on ? When::Always : When::Never;
  if (use.has_value) {
    const auto known = find_named(kWhen, use.value);
    if (!known)
      return context.error(fmt::format("unknown option: {}={}; use auto, always or never", use.spelling, use.value));
    when = *known;
  }
  context.options.color = when == When::Always;
  context.options.color_given = when != When::Auto;
}

// A plugin keeps its state in globals: loaded a second time, it would be the same one in disorder.
void add_plugin(OptionContext& context, const OptionUse& use) {
  const auto is_same = [&](const PluginOption& plugin) { return plugin.path == use.value; };
  if (std::ranges::any_of(context.options.plugins, is_same))
    return context.warn(fmt::format("{} {}: duplicated plugin, which is loaded once", use.spelling, use.value));
  context.options.plugins.push_back({std::string(use.value), {}});
}

// Drivers pass options, but no plugin, to a linker that they think is LLD. Those are for LLVM's, which is found.
void add_plugin_option(OptionContext& context, const OptionUse& use) {
  std::vector<PluginOption>& plugins = context.options.plugins;
  (plugins.empty() ? context.options.lto_options : plugins.back().options).emplace_back(use.value);
}

// LLVM's linkers have options for what its plugin knows by words of its own: "--thinlto-jobs=2" is "jobs=2" there.
void add_lto_option(OptionContext& context, const OptionUse& use) {
  struct Row {
    std::string_view spelling, option;
  };
  static constexpr Row kRows[] = {
      {"cache_path_lto", "cache-dir="},
      {"cs-profile-generate", "cs-profile-generate"},
      {"cs-profile-path", "cs-profile-path="},
      {"disable-verify", "disable-verify"},
      {"lto-O", "O"},
      {"lto-cs-profile-file", "cs-profile-path="},
      {"lto-cs-profile-generate", "cs-profile-generate"},
      {"lto-debug-pass-manager", "debug-pass-manager"},
      {"lto-emit-asm", "emit-asm"},
      {"lto-emit-llvm", "emit-llvm"},
      {"lto-obj-path", "obj-path="},
      {"lto-partitions", "lto-partitions="},
      {"lto-sample-profile", "sample-profile="},
      {"lto-whole-program-visibility", "whole-program-visibility"},
      {"mcpu", "mcpu="},
      {"object_path_lto", "obj-path="},
      {"opt-remarks-filename", "opt-remarks-filename="},
      {"opt-remarks-format", "opt-remarks-format="},
      {"opt-remarks-hotness-threshold", "opt-remarks-hotness-threshold="},
      {"opt-remarks-passes", "opt-remarks-passes="},
      {"opt-remarks-with-hotness", "opt-remarks-with-hotness"},
      {"save-temps", "save-temps"},
      {"thinlto-cache-dir", "cache-dir="},
      {"thinlto-cache-policy", "cache-policy="},
      {"thinlto-emit-imports-files", "thinlto-emit-imports-files"},
      {"thinlto-index-only", "thinlto-index-only="},
      {"thinlto-jobs", "jobs="},
      {"thinlto-object-suffix-replace", "thinlto-object-suffix-replace="},
      {"thinlto-prefix-replace", "thinlto-prefix-replace="},
      {"thinlto-single-module", "thinlto-single-module="},
  };
  std::string_view name = use.spelling;
  name.remove_prefix(std::min(name.find_first_not_of('-'), name.size()));
  const auto row = std::ranges::find(kRows, name, &Row::spelling);
  std::string_view option = row == std::end(kRows) ? std::string_view() : row->option;
  if (option.ends_with('=') && !use.has_value) option.remove_suffix(1);
  const bool takes_value = option.empty() || option == "O" || option.ends_with('=');
  context.options.lto_options.push_back(fmt::format("{}{}", option, takes_value ? use.value : std::string_view()));
}

void set_lto_jobs(OptionContext& context, const OptionUse& use) {
  if (use.value != "all" && !parse_number(use.value))
    return context.error(fmt::format("{}: invalid job count: {}; give a number, or all", use.spelling, use.value));
  add_lto_option(context, use);
}

void set_lto_replacement(OptionContext& context, const OptionUse& use) {
  if (use.value.find(';') == use.value.npos)
    return context.error(fmt::format("{}= expects 'old;new' format, but got {}", use.spelling, use.value));
  add_lto_option(context, use);
}

void set_elf_names(OptionContext& context, const OptionUse& use) {
  static constexpr NamedValue<bool> kForms[] = {{"underscore", true}, {"plain", false}};
  if (const auto form = choose_named(context, use, kForms)) context.options.darwin.adds_underscores = *form;
}

void set_output(OptionContext& context, const OptionUse& use) {
  context.options.output = use.value;
  context.options.output_given = true;
}

void set_entry(OptionContext& context, const OptionUse& use) {
  context.options.entry = use.value;
  context.options.entry_given = true;
}

void set_icf(OptionContext& context, const OptionUse& use) {
  if (!use.is_on) {
    context.options.icf = IcfMode::None;
  } else if (!use.has_value) {
    context.options.icf = IcfMode::All;
  } else if (const auto mode = choose_named(context, use, kIcfModes)) {
    context.options.icf = *mode;
  }
}

void set_lazy_inputs(OptionContext& context, const OptionUse& use) {
  if (context.following.is_lazy)
    context.error(fmt::format("nested {}: close the one before with --end-lib", use.spelling));
  if (context.open_groups != 0)
    context.error(fmt::format("may not nest {} in --start-group; close the group with --end-group", use.spelling));
  context.following.is_lazy = true;
}

void clear_lazy_inputs(OptionContext& context, const OptionUse& use) {
  if (!context.following.is_lazy) context.error(fmt::format("{} without --start-lib", use.spelling));
  context.following.is_lazy = false;
}

void choose_target(OptionContext& context, const OptionUse& use, TargetNameKind kind) {
  if (const auto name = find_target_name(kind, use.value)) {
    apply_target_name(*name, context.options.target);
    return;
  }
  std::string known;
  for (const TargetName& name : target_names()) {
    if (name.kind == kind) known.append(known.empty() ? "" : ", ").append(name.name);
  }
  report_bad_word(context, use, known);
}

void set_target(OptionContext& context, const OptionUse& use) {
  choose_target(context, use, TargetNameKind::Target);
}

void set_threads(OptionContext& context, const OptionUse& use) {
  if (!use.is_on) {
    context.options.threads = 1;
  } else if (use.has_value) {
    const auto number = parse_number(use.value);
    if (!number || *number == 0 || !std::in_range<decltype(context.options.threads)>(*number))
      return context.error(fmt::format("{}=: expected a positive integer, but got '{}'", use.spelling, use.value));
    set_number<&Options::threads>(context, use);
  } else {
    context.options.threads = 0;
  }
}

void set_time_trace(OptionContext& context, const OptionUse& use) {
  context.options.time_trace_file = use.value;
  context.time_trace_by_output = !use.has_value;
}

// Without an index, names get the words in order.
void add_tls_slot(OptionContext& context, const OptionUse& use) {
  auto& slots = context.options.tls_slots;
  const size_t equals = use.value.find('=');
  TlsSlot slot{std::string(use.value.substr(0, equals)), static_cast<uint32_t>(slots.size())};
  if (equals != std::string_view::npos) {
    const auto index = parse_number(use.value.substr(equals + 1));
    slot.index = index && *index < kRuntimeSlotCount ? static_cast<uint32_t>(*index) : kRuntimeSlotCount;
  }
  if (slot.name.empty() || slot.index >= kRuntimeSlotCount)
    return context.error(fmt::format("{}={}: must be SYMBOL or SYMBOL=INDEX, and the indexes of a target are 0 and 1",
                                     use.spelling, use.value));
  slots.push_back(std::move(slot));
}

void set_tls_report(OptionContext& context, const OptionUse& use) {
  context.options.tls_report_file = use.has_value ? use.value : "-";
}

void add_raw_slot_files(OptionContext& context, const OptionUse& use) {
  context.options.raw_slot_files.emplace_back(use.has_value ? use.value : "*");
}

}  // namespace xld
