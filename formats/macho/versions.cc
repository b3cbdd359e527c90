// See versions.h.
#include "formats/macho/versions.h"

#include <fmt/core.h>

#include "formats/macho/load_commands.h"
#include "formats/macho/macho.h"

namespace xld::macho {

namespace {

constexpr uint32_t kFirstWithDyldInfo = version(10, 6);
constexpr uint32_t kFirstWithMain = version(10, 8);
constexpr uint32_t kFirstWithBuildVersion = version(10, 14);
constexpr uint32_t kFirstWithDataConst = version(10, 15);
constexpr uint32_t kFirstWithChainsInLibraries = version(12, 0);
constexpr uint32_t kFirstWithChains = version(13, 0);
constexpr uint32_t kFirstWithOffsetChains = version(12, 0);

constexpr bool choose(Answer answer, bool otherwise) {
  return answer == Answer::Unset ? otherwise : answer == Answer::Yes;
}

// A program that is loaded where it was linked has few words to complete, and loaders expect opcodes there.
bool wants_chains(const Link& link, uint32_t minimum_os) {
  const bool is_library = link.target().output == OutputKind::SharedLibrary;
  const bool is_usual = minimum_os >= (is_library ? kFirstWithChainsInLibraries : kFirstWithChains);
  const bool may_move = is_position_independent(link.target().output);
  return choose(link.options().darwin.chained_fixups, is_usual && may_move && link.target().cpu != Cpu::I386);
}

}  // namespace

bool is_classic(const Options& options) {
  const uint32_t minimum_os = options.platform.minimum_os;
  return options.darwin.is_classic || (minimum_os != 0 && minimum_os < kFirstWithDyldInfo);
}

bool starts_in_runtime(const Options& options) {
  const uint32_t minimum_os = options.platform.minimum_os;
  return options.darwin.is_classic || (minimum_os != 0 && minimum_os < kFirstWithMain);
}

Versions wanted_versions(const Link& link) {
  const PlatformVersion& wanted = link.options().platform;
  if (wanted.minimum_os != 0) return {kPlatformMacos, wanted.minimum_os, wanted.sdk};
  const MachoState& state = state_of(link);
  const uint64_t newest = state.newest_version.load(std::memory_order_relaxed);
  return {state.seen_platform.load(std::memory_order_relaxed), static_cast<uint32_t>(newest >> 32),
          static_cast<uint32_t>(newest)};
}

void settle_versions(Link& link) {
  MachoState& state = state_of(link);
  const DarwinOptions& options = link.options().darwin;
  const Versions versions = wanted_versions(link);
  state.platform = versions.platform;
  state.minimum_os = versions.minimum_os;
  state.sdk = versions.sdk;
  const PlatformVersion& wanted = link.options().platform;
  if (wanted.minimum_os != 0 && wanted.platform != "macos" && wanted.platform != "1")
    link.diagnostics().error("-platform_version " + wanted.platform + ": only macos is supported yet");

  // Without a version the output is for a system of the middle: no chains, but everything that is older.
  const bool is_known = state.platform != 0;
  const auto is_since = [&](uint32_t first) { return !is_known || state.minimum_os >= first; };
  const bool is_arm = link.target().cpu == Cpu::Arm64;
  const bool is_started = has_loader(link);
  const bool is_old = is_classic(link.options()) || options.is_kext;
  Features& features = state.features;
  features.has_dyld_info = is_started && !is_old && is_since(kFirstWithDyldInfo);
  features.has_chained_fixups = features.has_dyld_info && is_known && wants_chains(link, state.minimum_os);
  features.has_lazy_binding =
      features.has_dyld_info && !features.has_chained_fixups && choose(options.lazy_binding, true);
  features.chained_format =
      state.minimum_os >= kFirstWithOffsetChains ? DYLD_CHAINED_PTR_64_OFFSET : DYLD_CHAINED_PTR_64;
  features.has_data_const = is_started && !is_old && choose(options.data_const, is_since(kFirstWithDataConst));
  features.has_main = is_started && !starts_in_runtime(link.options()) && !options.is_loader;
  features.has_build_version = is_since(kFirstWithBuildVersion) || is_arm;
  features.has_source_version = choose(options.source_version, is_started && is_since(kFirstWithMain));
  features.has_signature = choose(options.code_signature, is_arm) && is_started;
  features.has_function_starts = choose(options.function_starts, is_started && is_since(kFirstWithDyldInfo)) && !is_old;
  features.has_data_in_code = choose(options.data_in_code, is_started && is_since(kFirstWithMain)) && !is_old;
  features.has_uuid = choose(options.uuid, link.applies_relocs());
}

}  // namespace xld::macho
