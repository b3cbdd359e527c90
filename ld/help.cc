// Help is printed from the tables that the command line is read with, so neither can lack what the other has.
#include "ld/help.h"

#include <algorithm>
#include <fmt/core.h>
#include <iterator>
#include <string>
#include <vector>

#include "core/target_table.h"
#include "formats/flag_index.h"
#include "formats/targets.h"

namespace xld {
namespace {

constexpr size_t kColumn = 30;  // where descriptions begin
constexpr size_t kWidth = 100;  // of the page

// "--name=V", "-n V", or "name=V" for a keyword.
std::string spelling_with_value(std::string_view spelling, const OptionRow& row) {
  const bool is_letter = spelling.size() == 2 && spelling[0] == '-';
  const bool is_separate = is_letter || row.value == ValueKind::Separate;
  switch (row.value) {
    case ValueKind::None:
      return std::string(spelling);
    case ValueKind::Joined:
      return fmt::format("{}{}", spelling, row.value_names);
    case ValueKind::Optional:
      return fmt::format("{}[{}{}]", spelling, is_letter ? "" : "=", row.value_names);
    default:
      return fmt::format("{}{}{}", spelling, is_separate ? " " : "=", row.value_names);
  }
}

// Appends `words` at `column`, breaking lines at blanks; `used` is the width of the line so far.
void append_wrapped(std::string& text, std::string_view words, size_t column, size_t used) {
  text.append(column - used, ' ');
  size_t position = column;
  while (!words.empty()) {
    const size_t end = std::min(words.find(' '), words.size());
    if (position > column && position + 1 + end > kWidth) {
      text.append("\n").append(column, ' ');
      position = column;
    } else if (position > column) {
      text += ' ';
      position++;
    }
    text.append(words.substr(0, end));
    position += end;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  text += '\n';
}

// "--[no-]relax" in full, as --relax and --no-relax: configure scripts look for either name in the help. What is denied
// has no value that could be left out.
std::vector<std::string> written_names(std::string_view spelling, const OptionRow& row) {
  const size_t begin = spelling.find('['), end = spelling.find(']');
  if (begin == spelling.npos || end == spelling.npos) return {spelling_with_value(spelling, row)};
  const std::string_view dashes = spelling.substr(0, begin), negation = spelling.substr(begin + 1, end - begin - 1);
  const std::string positive = fmt::format("{}{}", dashes, spelling.substr(end + 1));
  const std::string negative = fmt::format("{}{}{}", dashes, negation, spelling.substr(end + 1));
  return {spelling_with_value(positive, row),
          row.value == ValueKind::Optional ? negative : spelling_with_value(negative, row)};
}

// Blanks inside one name must not break the line; they are put back afterwards.
void append_row(std::string& text, std::string_view prefix, const OptionRow& row) {
  constexpr char kFixedBlank = '\x01';
  std::string names;
  for_each_spelling(row, [&](std::string_view spelling) {
    for (std::string& name : written_names(spelling, row)) {
      name.insert(0, prefix);
      std::ranges::replace(name, ' ', kFixedBlank);
      names.append(names.empty() ? "" : ", ").append(name);
    }
  });
  std::string lines;
  append_wrapped(lines, names, 2, 0);
  lines.pop_back();
  std::ranges::replace(lines, kFixedBlank, ' ');
  const size_t last_line = lines.size() - (lines.rfind('\n') + 1);
  text.append(lines);
  if (last_line + 2 > kColumn || lines.find('\n') != lines.npos) {
    text += '\n';
    append_wrapped(text, row.help, kColumn, 0);
  } else {
    append_wrapped(text, row.help, kColumn, last_line);
  }
}

void append_table(std::string& text, std::string_view prefix, const OptionTable& table) {
  for (const OptionGroup& group : table.groups) {
    fmt::format_to(std::back_inserter(text), "\n{}:\n", group.title);
    for (const OptionRow& row : group.rows) append_row(text, prefix, row);
  }
}

std::string names_of(TargetNameKind kind) {
  std::string names;
  for (const TargetName& name : target_names()) {
    if (name.kind == kind) names.append(" ").append(name.name);
  }
  return names;
}

}  // namespace

std::string version_line(std::string_view compatible_with) {
  return fmt::format("xld v{} (compatible with {})\n", kVersion, compatible_with);
}

namespace {

void append_details(std::string& text, const TargetRow& row) {
  const auto out = std::back_inserter(text);
  for (const IdentificationNote& note : row.notes)
    fmt::format_to(out, "  note {}: {}, type {}, value {}\n", note.section, note.owner, note.type, note.value);
  for (const SystemSegment& segment : row.segments)
    fmt::format_to(out, "  segment {:#x} for {}\n", segment.type, segment.section);
  if (!row.second_entry.empty()) fmt::format_to(out, "  or starts at {}\n", row.second_entry);
  if (!row.search_paths.empty()) fmt::format_to(out, "  searches {}\n", row.search_paths);
}

}  // namespace

// The target table, as it stands in core/target_table.cc: one line a row, then what not every row has.
std::string target_rows_text() {
  constexpr auto kColumns = "{:<16} {:<7} {:<3} {:>11} {:>7} {:<10} {:<11} {:>8} {:>8}  {:<28} {}\n";
  std::string text = fmt::format(fmt::runtime(kColumns), "target", "file", "abi", "base", "page", "TLS", "register",
                                 "slot 0", "slot 1", "loader", "entry");
  for (const TargetRow& row : target_rows()) {
    fmt::format_to(std::back_inserter(text), fmt::runtime(kColumns), row.name, format_name(row.format), row.os_abi,
                   fmt::format("{:#x}", row.image_base), fmt::format("{:#x}", row.page_size),
                   tls_variant_name(row.tls_variant), thread_register_name(row.thread_register), row.first_slot,
                   row.second_slot, row.interpreter.empty() ? "-" : row.interpreter, row.entry);
    append_details(text, row);
  }
  return text;
}

std::string targets_text() {
  return target_rows_text() + fmt::format("Supported targets:{}\nSupported emulations:{}\nSupported formats:{}\n",
                                          names_of(TargetNameKind::Target), names_of(TargetNameKind::Emulation),
                                          names_of(TargetNameKind::OutputFormat));
}

std::string help_text(const Dialect& dialect, std::string_view program_name) {
  std::string text = fmt::format(
      "Usage: {} [options] file...\n\n"
      "Options may be written with one or two dashes; those that begin with --o need two.\n"
      "@FILE stands for the words in FILE.\n",
      program_name);
  append_table(text, "", dialect.preferred);
  append_table(text, "", dialect.options);
  append_table(text, "-z ", dialect.keywords);
  // libtool takes a linker for one of ELF shared libraries if its help has "supported targets: ... elf".
  fmt::format_to(std::back_inserter(text), "\n{}: supported targets:{}\n{}: supported emulations:{}\n", program_name,
                 names_of(TargetNameKind::OutputFormat), program_name, names_of(TargetNameKind::Emulation));
  return text;
}

}  // namespace xld
