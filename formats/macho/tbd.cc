// Textual stubs of libraries, versions 1 to 5: what LLVM's TextAPI documents, and what SDKs contain.
//
// Versions 1 to 4 are YAML and differ in the names of a few keys; version 5 is JSON with keys of its own. In all of
// them a section lists names of several kinds for some targets; one table says what a kind's names become.
#include <algorithm>
#include <charconv>
#include <fmt/core.h>

#include "formats/macho/library.h"
#include "formats/macho/universal.h"
#include "formats/macho/yaml_tree.h"

namespace xld::macho {

namespace {

// What the names under a key stand for.
enum class NameKind : uint8_t { Symbol, WeakSymbol, ThreadLocalSymbol, ObjcClass, ObjcExceptionType, ObjcVariable };

struct NameRow {
  std::string_view key;
  NameKind kind;
};

constexpr NameRow kYamlNames[] = {
    {"symbols", NameKind::Symbol},
    {"weak-symbols", NameKind::WeakSymbol},
    {"weak-def-symbols", NameKind::WeakSymbol},
    {"thread-local-symbols", NameKind::ThreadLocalSymbol},
    {"objc-classes", NameKind::ObjcClass},
    {"objc-eh-types", NameKind::ObjcExceptionType},
    {"objc-ivars", NameKind::ObjcVariable},
};

constexpr NameRow kJsonNames[] = {
    {"global", NameKind::Symbol},
    {"weak", NameKind::WeakSymbol},
    {"thread_local", NameKind::ThreadLocalSymbol},
    {"objc_class", NameKind::ObjcClass},
    {"objc_eh_type", NameKind::ObjcExceptionType},
    {"objc_ivar", NameKind::ObjcVariable},
};

class StubReader {
 public:
  StubReader(Cpu cpu, const Platform& platform, Arena& arena) : cpu_(cpu), platform_(platform), arena_(arena) {}

  Result<std::vector<LibraryText>> read(const std::vector<YamlNode>& documents) {
    std::vector<LibraryText> libraries;
    if (documents.empty()) return Error{"the stub is empty"};
    if (documents[0].find("tapi_tbd_version")) return read_json(documents[0]);
    for (const YamlNode& document : documents) {
      if (!is_for_target(document)) {
        if (libraries.empty()) return not_for_target();
        continue;
      }
      libraries.push_back(read_yaml(document));
      if (libraries.back().install_name.empty()) return Error{"the stub has no install-name"};
    }
    return libraries;
  }

 private:
  Error not_for_target() const {
    return Error{fmt::format("is incompatible with {} ({})", architecture_name(cpu_), platform_.title)};
  }

  // "x86_64", or "x86_64-macos" from version 4 on.
  bool is_target(std::string_view target) const {
    const std::string_view architecture = architecture_name(cpu_);
    if (!target.starts_with(architecture)) return false;
    const std::string_view platform = target.substr(architecture.size());
    if (platform.empty()) return true;
    if (platform_.number == kPlatformMacos) return platform == "-macos" || platform == "-macosx";
    return platform.substr(1) == platform_.stub_name;
  }

  // A section without targets is for all of its library's.
  bool is_for_target(const YamlNode& node) const {
    for (const std::string_view key : {"targets", "archs"}) {
      const YamlNode* targets = node.find(key);
      if (!targets) continue;
      return std::any_of(targets->items.begin(), targets->items.end(),
                         [&](const YamlNode& item) { return is_target(item.text); });
    }
    return true;
  }

  template <class Visitor>
  static void for_each_text(const YamlNode* list, Visitor visit) {
    if (!list) return;
    if (list->kind == YamlNode::Kind::Text) visit(list->text);
    for (const YamlNode& item : list->items)
      if (item.kind == YamlNode::Kind::Text) visit(item.text);
  }

  template <class Visitor>
  void for_each_section(const YamlNode& document, std::string_view key, Visitor visit) const {
    const YamlNode* sections = document.find(key);
    if (!sections) return;
    for (const YamlNode& section : sections->items)
      if (is_for_target(section)) visit(section);
  }

  // ---- names

  std::string_view join(std::string_view prefix, std::string_view name) {
    const std::span<char> text = arena_.allocate_array<char>(prefix.size() + name.size());
    std::copy(name.begin(), name.end(), std::copy(prefix.begin(), prefix.end(), text.begin()));
    return {text.data(), text.size()};
  }

  // The first two versions write class names with the underscore of C.
  std::string_view class_name(std::string_view name) const {
    return has_old_names_ && name.starts_with('_') ? name.substr(1) : name;
  }

  void add_name(LibraryText& library, NameKind kind, std::string_view name) {
    switch (kind) {
      case NameKind::Symbol:
      case NameKind::WeakSymbol:
      case NameKind::ThreadLocalSymbol:
        library.symbols.push_back({name, kind == NameKind::WeakSymbol, kind == NameKind::ThreadLocalSymbol});
        return;
      case NameKind::ObjcClass:
        library.symbols.push_back({join("_OBJC_CLASS_$_", class_name(name))});
        library.symbols.push_back({join("_OBJC_METACLASS_$_", class_name(name))});
        return;
      case NameKind::ObjcExceptionType:
        library.symbols.push_back({join("_OBJC_EHTYPE_$_", class_name(name))});
        return;
      case NameKind::ObjcVariable:
        library.symbols.push_back({join("_OBJC_IVAR_$_", class_name(name))});
        return;
    }
  }

  void add_names(LibraryText& library, const YamlNode& section, std::span<const NameRow> rows) {
    for (const NameRow& row : rows)
      for_each_text(section.find(row.key), [&](std::string_view name) { add_name(library, row.kind, name); });
  }

  static uint32_t version_of(std::string_view text) { return parse_packed_version(text).value_or(kVersionOne); }

  // ---- versions 1 to 4

  LibraryText read_yaml(const YamlNode& document) {
    LibraryText library;
    has_old_names_ = document.tag != "!tapi-tbd" && document.tag != "!tapi-tbd-v3";
    library.install_name = document.text_of("install-name");
    if (document.find("current-version")) library.current_version = version_of(document.text_of("current-version"));
    if (document.find("compatibility-version"))
      library.compatibility_version = version_of(document.text_of("compatibility-version"));
    for_each_text(document.find("flags"), [&](std::string_view flag) { apply_flag(library, flag); });
    library.parent_umbrella = document.text_of("parent-umbrella");
    for_each_section(document, "parent-umbrella",
                     [&](const YamlNode& section) { library.parent_umbrella = section.text_of("umbrella"); });
    for_each_section(document, "allowable-clients", [&](const YamlNode& section) {
      for_each_text(section.find("clients"), [&](std::string_view name) { library.allowable_clients.push_back(name); });
    });
    for_each_section(document, "reexported-libraries", [&](const YamlNode& section) {
      for_each_text(section.find("libraries"), [&](std::string_view name) { library.reexports.push_back(name); });
    });
    for (const std::string_view key : {"exports", "reexports"})
      for_each_section(document, key, [&](const YamlNode& section) { read_exports(library, section); });
    return library;
  }

  static void apply_flag(LibraryText& library, std::string_view flag) {
    if (flag == "flat_namespace") library.is_two_level = false;
    if (flag == "not_app_extension_safe") library.is_extension_safe = false;
  }

  void read_exports(LibraryText& library, const YamlNode& section) {
    add_names(library, section, kYamlNames);
    for (const std::string_view key : {"re-exports"})
      for_each_text(section.find(key), [&](std::string_view name) { library.reexports.push_back(name); });
    for (const std::string_view key : {"allowed-clients", "allowable-clients"})
      for_each_text(section.find(key), [&](std::string_view name) { library.allowable_clients.push_back(name); });
  }

  // ---- version 5

  Result<std::vector<LibraryText>> read_json(const YamlNode& document) {
    std::vector<LibraryText> libraries;
    const YamlNode* main = document.find("main_library");
    if (!main) return Error{"the stub has no main_library"};
    if (!has_target_info(*main)) return not_for_target();
    libraries.push_back(read_json_library(*main));
    if (const YamlNode* others = document.find("libraries")) {
      for (const YamlNode& other : others->items)
        if (!other.find("target_info") || has_target_info(other)) libraries.push_back(read_json_library(other));
    }
    for (const LibraryText& library : libraries)
      if (library.install_name.empty()) return Error{"a library of the stub has no install name"};
    return libraries;
  }

  bool has_target_info(const YamlNode& library) const {
    const YamlNode* targets = library.find("target_info");
    return targets && std::any_of(targets->items.begin(), targets->items.end(),
                                  [&](const YamlNode& item) { return is_target(item.text_of("target")); });
  }

  LibraryText read_json_library(const YamlNode& node) {
    LibraryText library;
    for_each_section(node, "install_names",
                     [&](const YamlNode& section) { library.install_name = section.text_of("name"); });
    for_each_section(node, "current_versions", [&](const YamlNode& section) {
      library.current_version = version_of(section.text_of("version"));
    });
    for_each_section(node, "compatibility_versions", [&](const YamlNode& section) {
      library.compatibility_version = version_of(section.text_of("version"));
    });
    for_each_section(node, "flags", [&](const YamlNode& section) {
      for_each_text(section.find("attributes"), [&](std::string_view flag) { apply_flag(library, flag); });
    });
    for_each_section(node, "parent_umbrellas",
                     [&](const YamlNode& section) { library.parent_umbrella = section.text_of("umbrella"); });
    for_each_section(node, "allowable_clients", [&](const YamlNode& section) {
      for_each_text(section.find("clients"), [&](std::string_view name) { library.allowable_clients.push_back(name); });
    });
    for_each_section(node, "reexported_libraries", [&](const YamlNode& section) {
      for_each_text(section.find("names"), [&](std::string_view name) { library.reexports.push_back(name); });
    });
    for (const std::string_view key : {"exported_symbols", "reexported_symbols"}) {
      for_each_section(node, key, [&](const YamlNode& section) {
        for (const std::string_view part : {"data", "text"})
          if (const YamlNode* names = section.find(part)) add_names(library, *names, kJsonNames);
      });
    }
    return library;
  }

  Cpu cpu_;
  const Platform& platform_;
  Arena& arena_;
  bool has_old_names_ = false;
};

}  // namespace

std::optional<uint32_t> parse_packed_version(std::string_view text) {
  constexpr unsigned kShift[] = {16, 8, 0};
  uint32_t version = 0;
  for (const unsigned shift : kShift) {
    const size_t dot = std::min(text.find('.'), text.size());
    uint32_t part = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + dot, part);
    const uint32_t largest = shift == 16 ? 0xffff : 0xff;
    if (failure != std::errc() || end != text.data() + dot || part > largest) return std::nullopt;
    version |= part << shift;
    text.remove_prefix(dot);
    if (text.empty()) return version;
    text.remove_prefix(1);
  }
  return std::nullopt;
}

bool is_text_stub(Bytes bytes) {
  std::string_view text = as_text(bytes);
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return false;
  text.remove_prefix(start);
  if (text.starts_with("---")) {
    const std::string_view line = text.substr(3, text.find('\n'));
    return line.find("!tapi-tbd") != line.npos || text.substr(0, 1024).find("install-name:") != text.npos;
  }
  return text.starts_with('{') && text.substr(0, 4096).find("\"tapi_tbd_version\"") != text.npos;
}

Result<std::vector<LibraryText>> parse_text_stub(Bytes bytes, Cpu cpu, Arena& arena, uint32_t platform) {
  const auto documents = parse_yaml(bytes, arena);
  if (!documents) return documents.error();
  return StubReader(cpu, platform_row(platform), arena).read(*documents);
}

}  // namespace xld::macho
