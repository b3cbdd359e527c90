// A dialect of the command line as data: what options there are, what values they take and which field they fill.
//
// A format supplies groups of rows (formats/*/flags.cc); looking a word up, taking its value and printing --help are
// the same for all dialects. flag_index.h computes the sorted index of names, flag_setters.h has the usual setters.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.h"
#include "core/options.h"

namespace xld {

struct Dialect;

// How the command line looks at files, so that tests need none.
struct CommandLineFiles {
  std::function<std::optional<std::string>(const std::string& path)> read;  // nothing: cannot be read
  std::function<bool(const std::string& path)> is_directory;
  std::vector<std::string> support_directories = {};  // where libraries that come with the linker may be
  std::function<bool(const std::string& path)> exists = {};
};

enum class ValueKind : uint8_t {
  None,
  Required,  // --name=V or --name V; of one letter: -nV or -n V
  Optional,  // --name or --name=V; of one letter: -n or -nV
  Separate,  // always the next words, as many as the row's value_names
  Joined,    // always glued to the name: --lto-O2, -hidden-lm
};

// One option as it was used.
struct OptionUse {
  std::string_view spelling;  // as written, without the value; for messages
  std::string_view value;
  bool has_value = false;
  bool is_on = true;                       // false: --no-NAME
  std::span<const std::string> more = {};  // further values of ValueKind::Separate
};

// What besides linking the user asked for.
struct CommandRequest {
  bool help = false;
  bool version = false;           // --version: and nothing else
  bool version_and_link = false;  // -v
  bool targets = false;           // -V, --print-targets
  bool output_format = false;     // --print-output-format
  bool sysroot = false;           // --print-sysroot
};

// The state of a command line that is being read.
struct OptionContext {
  Options& options;
  Diagnostics& diagnostics;
  const CommandLineFiles& files;
  const Dialect& dialect;
  CommandRequest request = {};
  InputOption following = {};                  // facts of the inputs that follow
  std::vector<InputOption> saved_states = {};  // --push-state
  size_t open_groups = 0;
  bool time_trace_by_output = false;  // --time-trace without a file: named after the output
  size_t position = 0;                // of the word that is read: orders messages
  std::vector<std::pair<size_t, std::string>> warnings = {};

  void error(std::string text) { diagnostics.error(std::move(text), {}, position); }
  // Whether a warning is shown, or is an error, is known when all words have been read.
  void warn(std::string text) { warnings.emplace_back(position, std::move(text)); }
  void add_input(InputKind kind, std::string_view name);
};

using OptionSetter = void (*)(OptionContext&, const OptionUse&);

struct OptionRow {
  // Separated by blanks, with their dashes: "-o --output", "--[no-]relax". Words of one letter need one dash, words
  // that begin with --o need two (-omagic is -o magic), all others may be written with one or two.
  std::string_view spellings;
  ValueKind value = ValueKind::None;
  std::string_view value_names;
  std::string_view help;  // a row without effect gives the reason
  OptionSetter apply = nullptr;
};

enum class Effect : uint8_t {
  Implemented,
  NoEffect,  // accepted; --help says why nothing follows from it
  NotYet,    // refused with the help text as the reason
};

struct OptionGroup {
  std::string_view title;
  Effect effect;
  std::span<const OptionRow> rows;
};

// A spelling, ready for looking up.
struct OptionName {
  std::string_view name;      // without dashes and [no-]
  std::string_view negation;  // "no-", "no_", "no" or nothing
  std::string_view spelling;  // as in the table
  const OptionRow* row = nullptr;
  Effect effect = Effect::Implemented;

  constexpr bool needs_one_dash() const { return name.size() == 1 && spelling.starts_with('-'); }
  constexpr bool needs_two_dashes() const { return spelling.starts_with("--") && name.starts_with('o'); }
};

struct OptionTable {
  std::span<const OptionGroup> groups;
  std::span<const OptionName> names;  // sorted by name
};

struct Dialect {
  std::string_view name;
  OptionTable options;
  OptionTable preferred = {};                   // means something else by some names of `options`
  OptionTable keywords;                         // of -z; empty if the dialect has none
  bool has_abbreviations = false;               // --NAME may be cut short, as getopt_long() has it
  std::string_view compatible_with = "GNU ld";  // what scripts look for in the output of -v
  void (*apply_defaults)(Options&);
  void (*complete)(OptionContext&) = nullptr;  // when all words have been read; none: nothing depends on all of them
};

struct OptionMatch {
  const OptionName* entry;
  std::string_view spelling;              // the part of the word that is the name, with its dashes
  std::optional<std::string_view> value;  // what was glued to it
  bool is_on = true;
};

// `word` with its dashes.
std::optional<OptionMatch> find_option(const OptionTable& table, std::string_view word);

// In both tables of a dialect: the longer name counts, so that -Ttext is no -T. The beginning of a name is enough, if
// no option of another meaning begins like that and the dialect has abbreviations.
std::optional<OptionMatch> find_option(const Dialect& dialect, std::string_view word);

// "; did you mean 'X'?", or nothing.
std::string suggest_option(const OptionTable& table, std::string_view word);

// Applies a match whose values have been taken: refuses what is not supported yet, else calls the setter.
void apply_option(OptionContext& context, const OptionMatch& match, const OptionUse& use);

}  // namespace xld
