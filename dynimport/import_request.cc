// See import_request.h.
#include "dynimport/import_request.h"

#include <algorithm>
#include <fmt/core.h>
#include <string>

namespace xld {

namespace {

struct FormWord {
  std::string_view word;
  ImportForm form;
};
constexpr FormWord kFormWords[] = {
    {"import", ImportForm::Inferred},
    {"import-function", ImportForm::Function},
    {"import-pointer", ImportForm::Pointer},
};

constexpr std::string_view kGrammar = "must be LOCAL[=REMOTE][@VERSION],LIBRARY";

bool is_control_character(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool has_blank_at_end(std::string_view name) {
  return name.starts_with(' ') || name.ends_with(' ');
}

Error wrong(std::string_view what) {
  return Error{fmt::format("{}; {}", what, kGrammar)};
}

// "LOCAL[=REMOTE][@VERSION]" in front of the comma.
Result<ImportRequest> parse_names(std::string_view names) {
  ImportRequest request;
  const size_t at = std::min(names.find('@'), names.size());
  std::string_view version = names.substr(at);
  version.remove_prefix(version.starts_with("@@") ? 2 : version.empty() ? 0 : 1);
  if (version.find_first_of("@=") != version.npos) return wrong(fmt::format("'{}' is no version", version));
  names = names.substr(0, at);
  const size_t equals = std::min(names.find('='), names.size());
  request.local = names.substr(0, equals);
  request.remote = equals == names.size() ? request.local : std::string(names.substr(equals + 1));
  request.version = version;
  if (request.local.empty()) return wrong("there is no name to import");
  if (request.remote.empty()) return wrong("there is no name behind the '='");
  return request;
}

}  // namespace

Result<ImportRequest> parse_import(std::string_view text, ImportForm form) {
  if (std::any_of(text.begin(), text.end(), is_control_character)) return wrong("it has a control character");
  const size_t comma = text.find(',');
  if (comma == text.npos)
    return wrong("there is no library (with gcc -Wl, which splits at commas, use -Xlinker instead)");
  auto request = parse_names(text.substr(0, comma));
  if (!request) return request;
  request->library = text.substr(comma + 1);
  if (request->library.empty()) return wrong("the name of the library is empty");
  request->form = form;
  if (has_blank_at_end(request->local) || has_blank_at_end(request->remote) || has_blank_at_end(request->version) ||
      has_blank_at_end(request->library))
    return wrong("there is a blank before or behind a name");
  return request;
}

Result<std::vector<ImportRequest>> parse_import_records(Bytes records) {
  std::vector<ImportRequest> requests;
  for (size_t begin = 0; begin < records.size();) {
    if (records[begin] == 0) {
      begin++;
      continue;
    }
    const auto record = c_string_at(records, begin);
    if (!record) return Error{fmt::format("the record at offset {:#x} has no end", begin)};
    const size_t blank = std::min(record->find(' '), record->size());
    const std::string_view word = record->substr(0, blank);
    const auto* row = std::find_if(std::begin(kFormWords), std::end(kFormWords),
                                   [&](const FormWord& candidate) { return candidate.word == word; });
    if (row == std::end(kFormWords))
      return Error{
          fmt::format("the record at offset {:#x} begins with '{}', not with import, import-function or "
                      "import-pointer",
                      begin, word.substr(0, 40))};
    auto request = parse_import(record->substr(std::min(blank + 1, record->size())), row->form);
    if (!request) return Error{fmt::format("the record at offset {:#x}: {}", begin, request.error().message)};
    requests.push_back(std::move(*request));
    begin += record->size() + 1;
  }
  return requests;
}

std::string import_text(const ImportRequest& request) {
  std::string text = request.local;
  if (request.remote != request.local) text += "=" + request.remote;
  if (!request.version.empty()) text += "@" + request.version;
  return text + "," + request.library;
}

std::string import_record(const ImportRequest& request) {
  const auto* row = std::find_if(std::begin(kFormWords), std::end(kFormWords),
                                 [&](const FormWord& candidate) { return candidate.form == request.form; });
  return fmt::format("{} {}", row->word, import_text(request)) + '\0';
}

}  // namespace xld
