// See versions.h.
#include "formats/macho/versions.h"

#include <bit>
#include <fmt/core.h>

#include "formats/macho/imports.h"
#include "formats/macho/load_commands.h"
#include "formats/macho/macho.h"
#include "formats/macho/object.h"

namespace xld::macho {

namespace {

constexpr bool choose(Answer answer, bool otherwise) {
  return answer == Answer::Unset ? otherwise : answer == Answer::Yes;
}

// A program that is loaded where it was linked has few words to complete, and loaders expect opcodes there.
bool wants_chains(const Link& link, const FirstVersions& first, uint32_t minimum_os) {
  const bool is_library = link.target().output == OutputKind::SharedLibrary;
  const bool is_usual = minimum_os >= (is_library ? first.chains_in_libraries : first.chains);
  const bool may_move = is_position_independent(link.target().output);
  return choose(link.options().darwin.chained_fixups, is_usual && may_move && link.target().cpu != Cpu::I386);
}

const Platform& wanted_platform(const Options& options) {
  const Platform* platform = find_platform(options.platform.platform);
  return platform ? *platform : platform_row(kPlatformMacos);
}

// What other programs than those of macOS itself are signed with is added when they are installed.
bool is_signed(const Link& link, const Platform& platform) {
  return link.target().cpu == Cpu::Arm64 && (platform.number == kPlatformMacos || platform.is_simulator);
}

// Code for a simulator is code for what it simulates: both bits.
uint32_t without_simulators(uint32_t platforms) {
  for (uint32_t number = 0; number < 32; number++) {
    if (!(platforms >> number & 1) || !platform_row(number).is_simulator) continue;
    const std::string_view name = platform_row(number).name;
    const Platform* simulated = find_platform(name.substr(0, name.size() - std::string_view("simulator").size()));
    if (simulated) platforms |= platform_bit(simulated->number);
  }
  return platforms;
}

std::string version_text(uint32_t packed) {
  return fmt::format("{}.{}.{}", packed >> 16, packed >> 8 & 0xff, packed & 0xff);
}

// What an input was compiled for, if it says so.
struct InputVersion {
  uint32_t platforms = 0, platform = 0, minimum_os = 0;
};

void check_version(Link& link, const InputFile& file, const InputVersion& version) {
  if (version.platforms == 0) return;
  const Platform& wanted = wanted_platform(link.options());
  uint32_t accepted = without_simulators(platform_bit(wanted.number));
  if (const auto& second = link.options().darwin.second_platform)
    accepted |= platform_bit(find_platform(second->platform)->number);
  const bool fits = (without_simulators(version.platforms) & accepted) != 0;
  if (!fits) {
    link.diagnostics().error(fmt::format("{} has platform {}, which is different from target platform {}",
                                         file.display_name(), platform_row(version.platform).title, wanted.title),
                             file.id);
  } else if (version.platform == wanted.number && version.minimum_os > link.options().platform.minimum_os) {
    link.diagnostics().warn(
        fmt::format("{} has version {}, which is newer than target minimum of {}", file.display_name(),
                    version_text(version.minimum_os), version_text(link.options().platform.minimum_os)),
        file.id);
  }
}

// What was compiled for another system, or for a newer one than is asked for.
void check_versions(Link& link) {
  if (link.options().platform.minimum_os == 0) return;
  for (const InputFile* file : link.inputs.files) {
    const MachoObject& object = object_of(*file);
    check_version(link, *file, {object.platforms, object.platform, object.minimum_os});
  }
  for (const InputFile* file : link.inputs.libraries) {
    const MachoLibrary& library = library_of(*file);
    if (library.parts.empty() || library.parts[0].platforms == 0) continue;
    const auto first = static_cast<uint32_t>(std::countr_zero(library.parts[0].platforms));
    check_version(link, *file, {library.parts[0].platforms, first, library.parts[0].minimum_os});
  }
}

}  // namespace

bool is_classic(const Options& options) {
  const uint32_t minimum_os = options.platform.minimum_os;
  return options.darwin.is_classic || (minimum_os != 0 && minimum_os < wanted_platform(options).first.dyld_info);
}

bool starts_in_runtime(const Options& options) {
  const uint32_t minimum_os = options.platform.minimum_os;
  return options.darwin.is_classic || (minimum_os != 0 && minimum_os < wanted_platform(options).first.main);
}

Versions wanted_versions(const Link& link) {
  const PlatformVersion& wanted = link.options().platform;
  if (wanted.minimum_os != 0) return {wanted_platform(link.options()).number, wanted.minimum_os, wanted.sdk};
  const MachoState& state = state_of(link);
  const uint64_t newest = state.newest_version.load(std::memory_order_relaxed);
  return {state.first_platform.load(std::memory_order_relaxed), static_cast<uint32_t>(newest >> 32),
          static_cast<uint32_t>(newest)};
}

bool wants_chained_fixups(const Link& link) {
  const bool is_old = is_classic(link.options()) || link.options().darwin.is_kext;
  const Versions versions = wanted_versions(link);
  if (!has_loader(link) || is_old || versions.platform == 0) return false;
  const FirstVersions& first = platform_row(versions.platform).first;
  return versions.minimum_os >= first.dyld_info && wants_chains(link, first, versions.minimum_os);
}

void settle_versions(Link& link) {
  check_versions(link);
  MachoState& state = state_of(link);
  const DarwinOptions& options = link.options().darwin;
  const Versions versions = wanted_versions(link);
  state.platform = versions.platform;
  state.minimum_os = versions.minimum_os;
  state.sdk = versions.sdk;

  // Without a version the output is for a system of the middle: no chains, but everything that is older.
  const bool is_known = state.platform != 0;
  const Platform& platform = platform_row(state.platform);
  const FirstVersions& first = platform.first;
  const auto is_since = [&](uint32_t version) { return !is_known || state.minimum_os >= version; };
  const bool is_arm = link.target().cpu == Cpu::Arm64;
  const bool is_started = has_loader(link);
  const bool is_old = is_classic(link.options()) || options.is_kext;
  Features& features = state.features;
  features.has_dyld_info = is_started && !is_old && is_since(first.dyld_info);
  features.has_chained_fixups = wants_chained_fixups(link);
  features.has_lazy_pointers =
      features.has_dyld_info && !features.has_chained_fixups && choose(options.lazy_binding, true);
  features.chained_format = state.minimum_os >= first.offset_chains ? DYLD_CHAINED_PTR_64_OFFSET : DYLD_CHAINED_PTR_64;
  features.has_data_const = is_started && !is_old && choose(options.data_const, is_since(first.data_const));
  features.has_main = is_started && !starts_in_runtime(link.options()) && !options.is_loader;
  features.has_build_version =
      is_since(first.build_version) || platform.minimum_command == 0 || (is_arm && state.platform == kPlatformMacos);
  features.has_source_version = choose(options.source_version, false);
  features.has_signature = choose(options.code_signature, is_signed(link, platform)) && is_started;
  features.is_encryptable =
      is_started && choose(options.encryption, platform.is_encrypted && link.target().cpu == Cpu::Arm64);
  features.has_function_starts = choose(options.function_starts, is_started && is_since(first.dyld_info)) && !is_old;
  features.has_data_in_code = choose(options.data_in_code, is_started && is_since(first.main)) && !is_old;
  features.has_uuid = choose(options.uuid, link.applies_relocs());
}

}  // namespace xld::macho
