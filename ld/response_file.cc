// Response files. See response_file.h; the quoting is that of libiberty's buildargv(), which all GNU tools share.
#include "ld/response_file.h"

#include <fmt/core.h>

namespace xld {
namespace {

// A file may name itself; these limits end that, and no build system comes near them.
constexpr size_t kMaximumDepth = 32;
constexpr size_t kMaximumFiles = 2000;
constexpr size_t kMaximumBytes = size_t{256} << 20;

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

class Expander {
 public:
  Expander(const CommandLineFiles& files, Diagnostics& diagnostics) : files_(files), diagnostics_(diagnostics) {}

  void expand(std::span<const std::string> arguments, size_t depth) {
    for (const std::string& argument : arguments) {
      if (failed_) return;
      if (argument.size() < 2 || argument[0] != '@' || !expand_file(argument.substr(1), depth)) {
        result_.push_back(argument);
      }
    }
  }

  std::vector<std::string> take() { return std::move(result_); }

 private:
  // False if there is no such file.
  bool expand_file(const std::string& path, size_t depth) {
    const auto text = files_.read ? files_.read(path) : std::nullopt;
    if (!text) return false;
    bytes_ += text->size();
    if (depth == kMaximumDepth || ++file_count_ > kMaximumFiles || bytes_ > kMaximumBytes) {
      diagnostics_.error(
          fmt::format("@{}: response files are nested too deeply or too large; does it name itself?", path));
      failed_ = true;
      return true;
    }
    expand(split_words(*text), depth + 1);
    return true;
  }

  const CommandLineFiles& files_;
  Diagnostics& diagnostics_;
  std::vector<std::string> result_;
  size_t file_count_ = 0;
  size_t bytes_ = 0;
  bool failed_ = false;
};

}  // namespace

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;  // an empty pair of quotes is a word, too
  char quote = 0;
  for (size_t i = 0; i < text.size(); i++) {
    const char c = text[i];
    if (quote == 0 && is_space(c)) {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
      continue;
    }
    in_word = true;
    if (c == '\\' && i + 1 < text.size()) {
      word += text[++i];
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else {
      word += c;
    }
  }
  if (in_word) words.push_back(std::move(word));
  return words;
}

std::vector<std::string> expand_response_files(std::span<const std::string> arguments, const CommandLineFiles& files,
                                               Diagnostics& diagnostics) {
  Expander expander(files, diagnostics);
  expander.expand(arguments, 0);
  return expander.take();
}

}  // namespace xld
