// Parsing linker scripts that are input files. See script.h.
//
// A table maps each command to the function that reads its arguments. Words end where GNU ld's end: a file name may
// hold nearly anything, a symbol only what an expression leaves of it.
#include "formats/elf/script.h"

#include <algorithm>
#include <fmt/core.h>

#include "formats/elf/text_reader.h"
#include "formats/elf/version_script.h"

namespace xld::elf {

namespace {

constexpr std::string_view kFileNameEnd = " \t\n\r\f\v(){};,\"";
constexpr std::string_view kSymbolEnd = " \t\n\r\f\v(){};,\"=+-*/<>&|!~?:";
constexpr size_t kSniffedBytes = 4096;

// The longer ones first.
constexpr std::string_view kAssignmentOperators[] = {"<<=", ">>=", "+=", "-=", "*=", "/=", "&=", "|=", "="};

class ScriptParser : TextReader {
 public:
  using TextReader::TextReader;

  Result<Script> parse() {
    while (!error_ && !at_end()) {
      if (!accept(';')) parse_statement();
    }
    if (error_) return *error_;
    return std::move(script_);
  }

 private:
  struct Command {
    std::string_view name;
    void (ScriptParser::*parse)();
  };

  // --- Statements

  void parse_statement() {
    const size_t begin = position_;
    const bool is_quoted = text_[begin] == '"';
    const auto word = take_word(kSymbolEnd, "a command or an assignment");
    if (error_) return;
    if (!peek_assignment().empty()) {
      parse_assignment(AssignmentKind::Define, word, begin);
      return expect(';', "after the assignment");
    }
    const Command* command = is_quoted ? nullptr : find_command(word);
    if (!command) return fail_at(begin, why_refused(word));
    (this->*command->parse)();
  }

  static const Command* find_command(std::string_view name) {
    static constexpr Command kCommands[] = {
        {"INPUT", &ScriptParser::parse_input},
        {"GROUP", &ScriptParser::parse_group},
        {"AS_NEEDED", &ScriptParser::parse_as_needed},
        {"INCLUDE", &ScriptParser::parse_include},
        {"STARTUP", &ScriptParser::parse_startup},
        {"SEARCH_DIR", &ScriptParser::parse_search_dir},
        {"TARGET", &ScriptParser::parse_target},
        {"OUTPUT_FORMAT", &ScriptParser::parse_output_format},
        {"OUTPUT_ARCH", &ScriptParser::parse_output_arch},
        {"ENTRY", &ScriptParser::parse_entry},
        {"EXTERN", &ScriptParser::parse_extern},
        {"HIDDEN", &ScriptParser::parse_hidden},
        {"PROVIDE", &ScriptParser::parse_provide},
        {"PROVIDE_HIDDEN", &ScriptParser::parse_provide_hidden},
        {"VERSION", &ScriptParser::parse_versions},
        {"ASSERT", &ScriptParser::parse_assertion},
        {"OUTPUT", &ScriptParser::parse_output},
        {"FORCE_COMMON_ALLOCATION", &ScriptParser::force_commons},
        {"INHIBIT_COMMON_ALLOCATION", &ScriptParser::inhibit_commons},
        {"FORCE_GROUP_ALLOCATION", &ScriptParser::dissolve_groups},
        {"LD_FEATURE", &ScriptParser::parse_feature},
    };
    const auto* found = std::find_if(std::begin(kCommands), std::end(kCommands),
                                     [&](const Command& command) { return command.name == name; });
    return found == std::end(kCommands) ? nullptr : found;
  }

  static std::string why_refused(std::string_view word) {
    struct Refusal {
      std::string_view name, reason;
    };
    constexpr std::string_view kLayout =
        "is not part of this linker: scripts that describe the layout are not read; options such as --section-start "
        "say what most of them do";
    constexpr std::string_view kCheck =
        "is not part of this linker: which sections refer to which is not checked; take the command out";
    static constexpr Refusal kRefusals[] = {
        {"SECTIONS", kLayout},   {"MEMORY", kLayout},        {"PHDRS", kLayout},
        {"INSERT", kLayout},     {"OVERLAY", kLayout},       {"REGION_ALIAS", kLayout},
        {"NOCROSSREFS", kCheck}, {"NOCROSSREFS_TO", kCheck}, {"MAP", "is not supported: pass -Map=FILE to the linker"},
    };
    const auto* found = std::ranges::find(kRefusals, word, &Refusal::name);
    if (found != std::end(kRefusals)) return fmt::format("{} {}", word, found->reason);
    return fmt::format(
        "unknown command '{}'; this file is no object or archive, nor a script of INPUT, GROUP, assignments "
        "and the like",
        word.substr(0, 40));
  }

  std::string_view peek_assignment() {
    if (at_end()) return {};
    const auto rest = text_.substr(position_);
    if (rest.starts_with("==")) return {};
    for (const auto text : kAssignmentOperators) {
      if (rest.starts_with(text)) return text;
    }
    return {};
  }

  // `a += b` becomes a = a + (b). The expression ends before ';', or before the ')' of PROVIDE and its like.
  void parse_assignment(AssignmentKind kind, std::string_view name, size_t name_position) {
    if (name == ".") return fail_at(name_position, "the location counter can be set in SECTIONS only");
    const auto assignment = peek_assignment();
    if (assignment.empty()) return fail("expected '=' after the symbol");
    position_ += assignment.size();
    std::string expression = take_expression(kind != AssignmentKind::Define ? ")" : "");
    if (error_) return;
    if (assignment != "=") {
      expression = fmt::format("\"{}\" {} ({})", name, assignment.substr(0, assignment.size() - 1), expression);
    }
    script_.assignments.push_back({kind, std::string(name), std::move(expression), line_of(name_position)});
  }

  // Up to ';', or to one of `ends` outside of all parentheses.
  std::string take_expression(std::string_view ends) {
    std::string expression;
    int depth = 0;
    while (!at_end()) {
      const char c = text_[position_];
      if (c == ';' || (depth == 0 && ends.find(c) != ends.npos)) break;
      if (c == '(') depth++;
      if (c == ')') depth--;
      const size_t begin = position_;
      if (c == '"') take_quoted();
      if (error_) return {};
      position_ = std::max(position_, begin + 1);
      expression += text_.substr(begin, position_ - begin);
      if (position_ < text_.size() && is_blank(text_[position_])) expression += ' ';
    }
    while (!expression.empty() && expression.back() == ' ') expression.pop_back();
    if (expression.empty()) fail("expected an expression");
    return expression;
  }

  void parse_symbol_command(AssignmentKind kind) {
    expect('(', "after the command");
    const size_t begin = (skip_blanks(), position_);
    const auto name = take_word(kSymbolEnd, "a symbol");
    if (!error_) parse_assignment(kind, name, begin);
    expect(')', "after the assignment");
  }

  void parse_hidden() { parse_symbol_command(AssignmentKind::Hidden); }
  void parse_provide() { parse_symbol_command(AssignmentKind::Provide); }
  void parse_provide_hidden() { parse_symbol_command(AssignmentKind::ProvideHidden); }

  void parse_assertion() {
    const uint32_t line = line_of(position_);
    expect('(', "after ASSERT");
    std::string expression = error_ ? std::string() : take_expression(",)");
    expect(',', "after the expression");
    const auto message = error_ ? std::string_view() : take_word(kFileNameEnd, "the message");
    expect(')', "after the message");
    script_.assertions.push_back({std::move(expression), std::string(message), line});
  }

  // --- Files

  void add_input(ScriptInputKind kind, std::string_view name, bool as_needed, size_t position) {
    script_.inputs.push_back({kind, std::string(name), as_needed, line_of(position)});
  }

  void add_file(std::string_view word, bool as_needed, size_t position) {
    const bool is_library = word.starts_with("-l");
    if (is_library) word.remove_prefix(2);
    if (word.empty()) return fail_at(position, "expected a library's name after -l");
    add_input(is_library ? ScriptInputKind::Library : ScriptInputKind::File, word, as_needed, position);
  }

  // Files up to ')', separated by blanks or commas.
  void parse_files(bool as_needed) {
    expect('(', "before the list of files");
    while (!error_ && !accept(')')) {
      if (accept(',')) continue;
      if (at_end()) return fail("expected a file or ')', found the end of the file");
      const size_t begin = position_;
      const bool is_quoted = text_[begin] == '"';
      const auto word = take_word(kFileNameEnd, "a file or ')'");
      if (error_) return;
      if (is_quoted || word != "AS_NEEDED") {
        add_file(word, as_needed, begin);
      } else if (as_needed) {
        fail_at(begin, "AS_NEEDED stands inside AS_NEEDED");
      } else {
        parse_files(true);
      }
    }
  }

  void parse_input() { parse_files(false); }

  void parse_group() {
    add_input(ScriptInputKind::GroupBegin, {}, false, position_);
    parse_files(false);
    add_input(ScriptInputKind::GroupEnd, {}, false, position_);
  }

  void parse_as_needed() { parse_files(true); }

  void parse_include() {
    const size_t begin = (skip_blanks(), position_);
    const auto name = take_word(kFileNameEnd, "the file to include");
    if (!error_) add_input(ScriptInputKind::Include, name, false, begin);
  }

  // --- Commands of one name or of a list

  std::vector<std::string_view> parse_names(size_t at_most) {
    std::vector<std::string_view> names;
    expect('(', "after the command");
    while (!error_ && !accept(')')) {
      if (accept(',')) continue;
      if (names.size() == at_most) fail("expected ')'");
      if (!error_) names.push_back(take_word(kFileNameEnd, "a name or ')'"));
    }
    if (names.empty()) fail("expected a name between the parentheses");
    return names;
  }

  void parse_name(std::string& place) {
    const auto names = parse_names(1);
    if (!error_) place = names[0];
  }

  void parse_startup() { parse_name(script_.startup); }
  void parse_output() { parse_name(script_.output); }
  void parse_target() { parse_name(script_.target); }
  void parse_output_arch() { parse_name(script_.output_arch); }
  void parse_entry() { parse_name(script_.entry); }

  void parse_output_format() {
    const auto names = parse_names(3);
    if (!error_) script_.output_format = names[0];
  }

  void parse_search_dir() {
    const auto names = parse_names(1);
    if (!error_) script_.search_paths.emplace_back(names[0]);
  }

  void parse_extern() {
    for (const auto name : parse_names(SIZE_MAX)) script_.undefined.emplace_back(name);
  }

  void force_commons() { script_.defines_common = true; }
  void inhibit_commons() { script_.defines_common = false; }
  void dissolve_groups() { script_.dissolves_groups = true; }

  // Numbers are no places in sections, as in every expression outside of SECTIONS.
  void parse_feature() {
    const size_t begin = position_;
    const auto names = parse_names(1);
    if (!error_ && names[0] != "SANE_EXPR") fail_at(begin, "unknown feature; there is SANE_EXPR only");
  }

  void parse_versions() {
    expect('{', "after the command");
    script_.versions.push_back(position_);
    VersionScript versions;
    parse_version_nodes(*this, path(), versions);
    expect('}', "after the versions");
  }

  Script script_;
};

}  // namespace

bool looks_like_script(Bytes file) {
  const auto text = as_text(file.first(std::min(file.size(), kSniffedBytes)));
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_blank(c) || (static_cast<uint8_t>(c) >= ' ' && c != 0x7f);
  });
}

Result<Script> parse_script(Bytes file, std::string_view path) {
  return ScriptParser(as_text(file), path).parse();
}

}  // namespace xld::elf
