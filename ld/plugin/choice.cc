// See choice.h.
#include "ld/plugin/choice.h"

#include <algorithm>
#include <filesystem>
#include <fmt/core.h>

#include "core/path.h"

namespace xld::plugin {

namespace {

constexpr std::string_view kLlvmPlugin = "LLVMgold";

// Where distributions have it, best first.
std::vector<std::string> places_of_llvm_plugin(const Options& options) {
  constexpr int kNewest = 40, kOldest = 11;
  const std::string name = fmt::format("{}.so", kLlvmPlugin);
  std::vector<std::string> places;
  const std::string& library = options.darwin.lto_library;
  if (const size_t slash = library.rfind('/'); slash != library.npos)
    places.push_back(fmt::format("{}/{}", library.substr(0, slash), name));
  for (int version = kNewest; version >= kOldest; version--)
    places.push_back(fmt::format("/usr/lib/llvm-{}/lib/{}", version, name));
  for (const std::string_view folder : {"/usr/lib64", "/usr/lib", "/usr/local/lib", "/usr/lib/bfd-plugins"})
    places.push_back(fmt::format("{}/{}", folder, name));
  return places;
}

bool exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

}  // namespace

bool is_of_llvm(const PluginOption& plugin) {
  return base_name(plugin.path).starts_with(kLlvmPlugin);
}

bool is_of_known_compiler(const PluginOption& plugin) {
  return is_of_llvm(plugin) || base_name(plugin.path).starts_with("liblto_plugin");
}

std::vector<PluginOption> given_plugins(const Options& options) {
  std::vector<PluginOption> plugins = options.plugins;
  for (PluginOption& plugin : plugins)
    if (is_of_llvm(plugin))
      plugin.options.insert(plugin.options.begin(), options.lto_options.begin(), options.lto_options.end());
  return plugins;
}

std::optional<PluginOption> find_llvm_plugin(const Options& options) {
  if (!options.finds_plugin && options.lto_options.empty()) return std::nullopt;
  const std::vector<std::string> places = places_of_llvm_plugin(options);
  const auto found = std::ranges::find_if(places, exists);
  if (found == places.end()) return std::nullopt;
  return PluginOption{*found, options.lto_options};
}

}  // namespace xld::plugin
