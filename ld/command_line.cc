// Reading the command line. See command_line.h; single words are looked up by formats/flags.h.
#include "ld/command_line.h"

#include <algorithm>
#include <fmt/core.h>

#include "core/path.h"
#include "formats/elf/flags.h"
#include "formats/macho/flags.h"
#include "formats/targets.h"
#include "kernel_image/format.h"
#include "ld/help.h"
#include "ld/response_file.h"

namespace xld {
namespace {

size_t word_count(std::string_view text) {
  return static_cast<size_t>(std::ranges::count(text, ' ')) + 1;
}

class Parser {
 public:
  Parser(std::span<const std::string> words, OptionContext& context) : words_(words), context_(context) {}

  void parse() {
    bool may_be_option = true;
    while (next_ < words_.size()) {
      const std::string& word = words_[next_++];
      context_.position = next_;
      if (may_be_option && word == "--") {
        may_be_option = false;
      } else if (may_be_option && word.size() > 1 && word[0] == '-') {
        read_option(word);
      } else {
        context_.add_input(InputKind::File, word);
      }
    }
  }

 private:
  void read_option(std::string_view word) {
    const auto match = find_option(context_.dialect, word);
    if (!match) {
      return context_.error(
          fmt::format("unknown argument '{}'{}", word, suggest_option(context_.dialect.options, word)));
    }
    OptionUse use{.spelling = match->spelling,
                  .value = match->value.value_or(std::string_view{}),
                  .has_value = match->value.has_value(),
                  .is_on = match->is_on};
    if (take_values(*match, use)) apply_option(context_, *match, use);
  }

  // Completes `use` with the values in the words that follow.
  bool take_values(const OptionMatch& match, OptionUse& use) {
    const OptionRow& row = *match.entry->row;
    const ValueKind kind = use.is_on ? row.value : ValueKind::None;
    if (use.has_value) {
      if (kind == ValueKind::None) return reject(use, " takes no value");
      if (kind == ValueKind::Separate)
        return reject(use, fmt::format(" takes its value as a word: {}", row.value_names));
      return true;
    }
    if (kind == ValueKind::None || kind == ValueKind::Optional) return true;
    if (kind == ValueKind::Joined) return reject(use, missing_value(row));
    const size_t needed = kind == ValueKind::Separate ? word_count(row.value_names) : 1;
    if (words_.size() - next_ < needed) {
      next_ = words_.size();
      return reject(use, missing_value(row));
    }
    use.value = words_[next_];
    use.has_value = true;
    use.more = words_.subspan(next_ + 1, needed - 1);
    next_ += needed;
    return true;
  }

  static std::string missing_value(const OptionRow& row) {
    return fmt::format(": missing argument: {}", row.value_names);
  }

  bool reject(const OptionUse& use, std::string_view reason) {
    context_.error(fmt::format("{}{}", use.spelling, reason));
    return false;
  }

  std::span<const std::string> words_;
  OptionContext& context_;
  size_t next_ = 0;
};

OutputKind output_kind(const Options& options) {
  if (options.is_relocatable) return OutputKind::Relocatable;
  if (options.is_shared) return OutputKind::SharedLibrary;
  return options.is_pie ? OutputKind::StaticPie : OutputKind::StaticExecutable;
}

// What -r cannot be asked for at the same time.
void check_relocatable(OptionContext& context) {
  const Options& options = context.options;
  const auto refuse = [&](bool is_asked, std::string_view option, std::string_view reason) {
    if (is_asked) context.error(fmt::format("-r and {} do not go together: {}", option, reason));
  };
  refuse(options.is_shared, "-shared", "a relocatable output is no library yet");
  refuse(options.is_pie, "-pie", "a relocatable output is no program yet");
  refuse(options.output_format == OutputFormatKind::Binary, "--oformat binary", "relocations have no place there");
  refuse(options.gdb_index, "--gdb-index", "an index has addresses of the program");
  refuse(options.icf != IcfMode::None, "--icf", "functions are folded in the last link");
  const bool has_root = options.entry_given || !options.undefined.empty() || !options.require_defined.empty() ||
                        !options.must_be_found.empty();
  refuse(options.gc_sections && !has_root, "--gc-sections without -e or -u", "nothing says what is needed");
}

// What can only be decided when all words have been read.
void complete(OptionContext& context) {
  Options& options = context.options;
  context.position++;
  options.requested = context.following;  // as if they stood at the end
  context.diagnostics.set_warnings_are_errors(options.fatal_warnings);
  context.diagnostics.set_warnings_suppressed(options.no_warnings);
  for (; context.open_groups != 0; context.open_groups--) {
    context.warn("--end-group is missing; added at the end of the command line");
    context.add_input(InputKind::EndGroup, {});
  }
  if (options.is_relocatable) check_relocatable(context);
  if (!options.stub_library.empty() && options.imports.empty() && options.inputs.empty())
    context.error("--emit-stub-library: there is no --dynimport to write a library for");
  if (options.output.empty()) context.error("-o: the name of the output is empty");
  if (context.dialect.complete) context.dialect.complete(context);
  if (context.time_trace_by_output) options.time_trace_file = options.output + ".time-trace";
  const bool map_into_directory =
      !options.map_file.empty() && context.files.is_directory && context.files.is_directory(options.map_file);
  if (map_into_directory) options.map_file = fmt::format("{}/{}.map", options.map_file, base_name(options.output));
  kernel_image::complete_options(options, context.files.support_directories);
  options.target.output = output_kind(options);
  for (auto& [position, text] : context.warnings) context.diagnostics.warn(std::move(text), {}, position);
}

std::string_view output_format_name(const Options& options) {
  if (options.output_format == OutputFormatKind::Binary) return "binary";
  for (const TargetName& name : target_names()) {
    if (name.kind == TargetNameKind::OutputFormat && name.cpu == options.target.cpu) return name.name;
  }
  return "elf64-x86-64";
}

std::string requested_text(const OptionContext& context) {
  const CommandRequest& request = context.request;
  std::string text;
  if (request.help) return help_text(context.dialect, base_name(context.options.program_name));
  if (request.version || request.version_and_link || request.targets)
    text += version_line(context.dialect.compatible_with);
  if (request.targets) text += targets_text();
  if (request.output_format) text += fmt::format("{}\n", output_format_name(context.options));
  if (request.sysroot) text += fmt::format("{}\n", context.options.sysroot);
  return text;
}

bool has_files(const Options& options) {
  if (!options.stub_library.empty() && !options.imports.empty()) return true;
  return std::ranges::any_of(options.inputs, [](const InputOption& input) {
    return input.kind == InputKind::File || input.kind == InputKind::Library;
  });
}

}  // namespace

Dialect dialect_for(std::string_view program_name, std::span<const std::string> words) {
  const std::string_view name = base_name(program_name);
  if (name == "6l") return elf::historical_dialect(Cpu::X86_64);
  if (name == "8l") return elf::historical_dialect(Cpu::I386);
  if (name.find("ld64") != name.npos || name.find("darwin") != name.npos) return macho::darwin_dialect();
  if (name == "ld.lld") return elf::lld_dialect();
  const bool names_system = std::ranges::any_of(words, [](const std::string& word) { return word.starts_with("-H"); });
  return names_system ? elf::historical_dialect(Cpu::Unknown) : elf::gnu_dialect();
}

CommandLine parse_command_line(std::span<const std::string> arguments, const CommandLineFiles& files,
                               Diagnostics& diagnostics) {
  CommandLine result;
  Options& options = result.options;
  if (!arguments.empty()) options.program_name = arguments[0];
  const auto words = arguments.empty() ? arguments : arguments.subspan(1);
  options.arguments = expand_response_files(words, files, diagnostics);
  const Dialect dialect = dialect_for(options.program_name, options.arguments);
  if (dialect.apply_defaults) dialect.apply_defaults(options);

  OptionContext context{.options = options, .diagnostics = diagnostics, .files = files, .dialect = dialect};
  Parser(options.arguments, context).parse();
  complete(context);

  const CommandRequest& request = context.request;
  result.text = requested_text(context);
  const bool only_prints = request.help || request.version || request.output_format || request.sysroot;
  const bool may_only_print = only_prints || request.version_and_link || request.targets;
  if (!has_files(options) && !may_only_print) context.error("no input files");
  result.should_link = has_files(options) && !only_prints && !diagnostics.failed();
  return result;
}

}  // namespace xld
