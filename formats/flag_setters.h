// Setters for the value column of option tables: fill one field of Options, and read the values that need reading.
//
// The templates take the field as an argument, so that a row names it (set_text<&Options::output>) and the compiler
// makes the function. Setters with rules of their own that both dialects share are declared at the end.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "formats/flags.h"
#include "formats/targets.h"

namespace xld {

// C notation (10, 0xa, 012) with an optional suffix K, M or G.
std::optional<uint64_t> parse_number(std::string_view text);
// An address is hexadecimal with or without 0x, as GNU ld has it for -Ttext and its kind.
std::optional<uint64_t> parse_address(std::string_view text);

template <auto Field, auto Value = true>
void set(OptionContext& context, const OptionUse&) {
  context.options.*Field = Value;
}

template <auto Field>
void set_switch(OptionContext& context, const OptionUse& use) {
  context.options.*Field = use.is_on;
}

template <auto Field>
void set_text(OptionContext& context, const OptionUse& use) {
  context.options.*Field = use.value;
}

template <auto Field>
void append_text(OptionContext& context, const OptionUse& use) {
  (context.options.*Field).emplace_back(use.value);
}

// The same for fields of Options::dynamic.
template <auto Field, auto Value = true>
void set_dynamic(OptionContext& context, const OptionUse&) {
  context.options.dynamic.*Field = Value;
}

template <auto Field>
void set_dynamic_switch(OptionContext& context, const OptionUse& use) {
  context.options.dynamic.*Field = use.is_on;
}

// Both --name and --no-name say something; neither leaves it open.
template <auto Field>
void set_dynamic_answer(OptionContext& context, const OptionUse& use) {
  context.options.dynamic.*Field = use.is_on ? Answer::Yes : Answer::No;
}

template <auto Field>
void set_dynamic_text(OptionContext& context, const OptionUse& use) {
  context.options.dynamic.*Field = use.value;
}

template <auto Field>
void append_dynamic_text(OptionContext& context, const OptionUse& use) {
  (context.options.dynamic.*Field).emplace_back(use.value);
}

template <auto Fact, bool Value>
void set_following(OptionContext& context, const OptionUse&) {
  context.following.*Fact = Value;
}

template <auto Fact>
void set_following_switch(OptionContext& context, const OptionUse& use) {
  context.following.*Fact = use.is_on;
}

template <auto Field>
void request(OptionContext& context, const OptionUse&) {
  context.request.*Field = true;
}

// The number type of a field that may be optional.
template <class T>
struct FieldNumber {
  using type = T;
};
template <class T>
struct FieldNumber<std::optional<T>> {
  using type = T;
};

void add_import(OptionContext& context, const OptionUse& use, ImportForm form);

template <ImportForm Form>
void add_import_as(OptionContext& context, const OptionUse& use) {
  add_import(context, use, Form);
}

void report_bad_number(OptionContext& context, const OptionUse& use, std::string_view kind);

template <auto Field>
void set_number(OptionContext& context, const OptionUse& use) {
  using Number = FieldNumber<std::remove_reference_t<decltype(context.options.*Field)>>::type;
  const auto number = parse_number(use.value);
  if (number && std::in_range<Number>(*number)) {
    context.options.*Field = static_cast<Number>(*number);
  } else {
    report_bad_number(context, use, "a number");
  }
}

template <auto Field>
void set_dynamic_number(OptionContext& context, const OptionUse& use) {
  using Number = FieldNumber<std::remove_reference_t<decltype(context.options.dynamic.*Field)>>::type;
  const auto number = parse_number(use.value);
  if (number && std::in_range<Number>(*number)) {
    context.options.dynamic.*Field = static_cast<Number>(*number);
  } else {
    report_bad_number(context, use, "a number");
  }
}

template <auto Field>
void set_address(OptionContext& context, const OptionUse& use) {
  if (const auto address = parse_address(use.value)) {
    context.options.*Field = *address;
  } else {
    report_bad_number(context, use, "an address in hexadecimal");
  }
}

// One value out of a few words. `values` are listed in the message if `use` has none of them.
template <class T>
struct NamedValue {
  std::string_view name;
  T value;
};

void report_bad_word(OptionContext& context, const OptionUse& use, std::string_view allowed);

template <class T, size_t N>
constexpr std::optional<T> find_named(const NamedValue<T> (&values)[N], std::string_view name) {
  for (const NamedValue<T>& candidate : values)
    if (candidate.name == name) return candidate.value;
  return std::nullopt;
}

template <class T, size_t N>
std::optional<T> choose_named(OptionContext& context, const OptionUse& use, const NamedValue<T> (&values)[N]) {
  if (const auto found = find_named(values, use.value)) return found;
  std::string allowed;
  for (const NamedValue<T>& candidate : values) allowed.append(allowed.empty() ? "" : ", ").append(candidate.name);
  report_bad_word(context, use, allowed);
  return std::nullopt;
}

void add_library(OptionContext& context, const OptionUse& use);  // -lNAME
void set_color(OptionContext& context, const OptionUse& use);    // --color-diagnostics[=WHEN]
void add_plugin(OptionContext& context, const OptionUse& use);
void add_plugin_option(OptionContext& context, const OptionUse& use);
void add_lto_option(OptionContext& context, const OptionUse& use);  // --lto-…, --thinlto-… and their like
void set_lto_jobs(OptionContext& context, const OptionUse& use);
void set_lto_replacement(OptionContext& context, const OptionUse& use);
void set_elf_names(OptionContext& context, const OptionUse& use);  // --elf-names=FORM
void set_output(OptionContext& context, const OptionUse& use);
void set_entry(OptionContext& context, const OptionUse& use);  // -e SYMBOL
// Values of --icf; what a dialect says to others is its own.
inline constexpr NamedValue<IcfMode> kIcfModes[] = {
    {"none", IcfMode::None}, {"safe", IcfMode::Safe}, {"all", IcfMode::All}};
void set_icf(OptionContext& context, const OptionUse& use);            // --icf=MODE
void set_lazy_inputs(OptionContext& context, const OptionUse& use);    // --start-lib
void clear_lazy_inputs(OptionContext& context, const OptionUse& use);  // --end-lib
void set_target(OptionContext& context, const OptionUse& use);         // --target=NAME
void set_threads(OptionContext& context, const OptionUse& use);        // --[no-]threads[=N]
void set_time_trace(OptionContext& context, const OptionUse& use);     // --time-trace[=FILE]
// Takes `use.value` as the name of a target of this kind.
void choose_target(OptionContext& context, const OptionUse& use, TargetNameKind kind);

// --tls-slot, --tls-report, --tls-raw.
void add_tls_slot(OptionContext& context, const OptionUse& use);
void set_tls_report(OptionContext& context, const OptionUse& use);
void add_raw_slot_files(OptionContext& context, const OptionUse& use);

}  // namespace xld
