// See requests.h. <mach-o/loader.h>, linker_option_command: a number of texts that are words of a command line.
#include "formats/macho/requests.h"

#include <algorithm>
#include <fmt/core.h>

#include "formats/macho/object.h"

namespace xld::macho {

namespace {

struct RequestRow {
  std::string_view option;
  bool is_joined;  // the name follows in the same word
  InputKind kind;
  LibraryUse use = LibraryUse::Normal;
  bool hides_definitions = false;
};

using enum InputKind;
constexpr RequestRow kRequests[] = {
    {"-framework", false, Framework},
    {"-needed_framework", false, Framework, LibraryUse::Needed},
    {"-weak_framework", false, Framework, LibraryUse::Weak},
    {"-reexport_framework", false, Framework, LibraryUse::Reexport},
    {"-l", true, Library},
    {"-needed-l", true, Library, LibraryUse::Needed},
    {"-weak-l", true, Library, LibraryUse::Weak},
    {"-reexport-l", true, Library, LibraryUse::Reexport},
    {"-hidden-l", true, Library, LibraryUse::Normal, true},
};

class RequestReader {
 public:
  RequestReader(Link& link, const InputFile& file) : link_(link), file_(file) {}

  void read(Bytes command) {
    constexpr size_t kHeaderSize = 12;  // command, size, number of texts
    const auto count = xld::read<uint32_t>(command, 8);
    size_t offset = kHeaderSize;
    const auto next_word = [&]() -> std::string_view {
      const auto word = c_string_at(command, offset);
      if (!word) return {};
      offset += word->size() + 1;
      return *word;
    };
    for (uint32_t i = 0; count && i < *count && offset < command.size(); i++) {
      const std::string_view word = next_word();
      const RequestRow* row = find_row(word);
      if (!row) {
        if (!word.empty()) warn(word);
        continue;
      }
      const std::string_view name = row->is_joined ? word.substr(row->option.size()) : next_word();
      i += !row->is_joined;
      if (!name.empty() && !is_ignored(word, name))
        requests_.push_back({row->kind, name, row->use, row->hides_definitions});
    }
  }

  const std::vector<InputRequest>& requests() const { return requests_; }

 private:
  static const RequestRow* find_row(std::string_view word) {
    const auto found = std::find_if(std::begin(kRequests), std::end(kRequests), [&](const RequestRow& row) {
      return row.is_joined ? word.starts_with(row.option) : word == row.option;
    });
    return found == std::end(kRequests) ? nullptr : found;
  }

  // --ignore-auto-link-option: "-lfoo", or the name of a framework.
  bool is_ignored(std::string_view word, std::string_view name) const {
    const auto& ignored = link_.options().darwin.ignored_requests;
    return std::any_of(ignored.begin(), ignored.end(),
                       [&](const std::string& text) { return text == word || text == name; });
  }

  void warn(std::string_view word) {
    link_.diagnostics().warn(
        fmt::format("{}: asks for the linker option {} (LC_LINKER_OPTION), which objects cannot set; it is ignored",
                    file_.display_name(), word),
        file_.id);
  }

  Link& link_;
  const InputFile& file_;
  std::vector<InputRequest> requests_;
};

}  // namespace

std::span<const InputRequest> parse_requests(Link& link, const InputFile& file, Arena& arena) {
  RequestReader reader(link, file);
  for (const Bytes command : object_of(file).linker_options) reader.read(command);
  const std::span<InputRequest> requests = arena.allocate_array<InputRequest>(reader.requests().size());
  std::copy(reader.requests().begin(), reader.requests().end(), requests.begin());
  return requests;
}

}  // namespace xld::macho
