// --emit-stub-library: the libraries that imports name, as far as they are named, for linkers that want a file.
#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <set>

#include "core/path.h"
#include "ld/reports/reports.h"

namespace xld {

namespace {

// Of a name with several versions, the one that was asked for first is meant by those who name none.
StubLibrary describe(std::string_view name, const std::vector<const DynamicImport*>& imports) {
  StubLibrary library{name, {}};
  std::set<std::pair<std::string_view, std::string_view>> known;
  std::set<std::string_view> has_default;
  for (const DynamicImport* import : imports) {
    const ImportRequest& request = import->request;
    if (!known.emplace(request.remote, request.version).second) continue;
    const ImportForm form = import->form != ImportForm::Inferred ? import->form : request.form;
    const StubSymbolType type = form == ImportForm::Pointer ? StubSymbolType::Variable : StubSymbolType::Function;
    library.symbols.push_back({request.remote, request.version, type, has_default.insert(request.remote).second});
  }
  return library;
}

// As -l would find it.
std::string stub_name(const Link& link, std::string_view library) {
  const std::vector<std::string>& suffixes = link.options().shared_suffixes;
  const std::string_view name = base_name(library);
  for (const std::string& suffix : suffixes)
    if (name.ends_with(suffix)) return fmt::format("{}{}", name.substr(0, name.size() - suffix.size()), suffixes[0]);
  return std::string(name);
}

}  // namespace

std::vector<StubFile> stub_libraries(const Link& link) {
  std::map<std::string_view, std::vector<const DynamicImport*>> by_library;
  for (const DynamicImport& import : link.imports) by_library[import.request.library].push_back(&import);
  const std::string& path = link.options().stub_library;
  const bool is_directory = path.ends_with('/');
  if (by_library.size() != 1 && !is_directory) {
    link.diagnostics().error(
        fmt::format("--emit-stub-library={}: the imports are of {} libraries, and a stub is of one; end the path with "
                    "a '/' for a directory with a stub of each",
                    path, by_library.size()));
    return {};
  }
  std::vector<StubFile> files;
  for (const auto& [name, imports] : by_library)
    files.push_back({is_directory ? path + stub_name(link, name) : path,
                     link.format->make_stub_library(link.target(), describe(name, imports))});
  return files;
}

}  // namespace xld
