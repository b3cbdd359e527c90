// See export_lists.h.
#include "formats/elf/export_lists.h"

namespace xld::elf {

namespace {

VersionPattern demangled_pattern(std::string_view text) {
  VersionPattern pattern = make_version_pattern(text);
  pattern.is_demangled = true;
  return pattern;
}

}  // namespace

ExportLists::ExportLists(Link& link) {
  names_.nodes.emplace_back();
  read_files(link);
  add_options(link);
  if (!names_.nodes.front().patterns.empty()) matcher_ = std::make_unique<VersionMatcher>(names_);
}

void ExportLists::read_files(Link& link) {
  for (const SettingFile& file : link.setting_files) {
    if (file.kind == SettingKind::VersionScript) continue;
    binds_others_ |= file.kind == SettingKind::DynamicList;
    if (const auto error = parse_symbol_list(file.bytes, file.path, names_.nodes.front().patterns))
      link.diagnostics().error(error->message);
  }
}

void ExportLists::add_options(Link& link) {
  const DynamicOptions& options = link.options().dynamic;
  std::vector<VersionPattern>& patterns = names_.nodes.front().patterns;
  for (const std::string& text : options.exported_symbols) patterns.push_back(make_version_pattern(text));
  if (options.lists_cpp_new)
    for (const char* text : {"operator new*", "operator delete*"}) patterns.push_back(demangled_pattern(text));
  if (options.lists_cpp_typeinfo)
    for (const char* text : {"typeinfo for*", "typeinfo name for*"}) patterns.push_back(demangled_pattern(text));
  lists_data_ = options.lists_data;
  binds_others_ |= options.lists_data || options.lists_cpp_new || options.lists_cpp_typeinfo;
}

bool ExportLists::contains(std::string_view name, uint32_t flags) const {
  if (lists_data_ && (flags & symbol_flag::kObject)) return true;
  return matcher_ && matcher_->match(name).is_found();
}

}  // namespace xld::elf
