// See platforms.h. The first versions are those of Apple's linkers and of LLVM's TextAPI.
#include "formats/macho/platforms.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "formats/macho/macho.h"
#include "formats/macho/versions.h"

namespace xld::macho {

namespace {

constexpr FirstVersions kMacos = {.dyld_info = version(10, 6),
                                  .main = version(10, 8),
                                  .build_version = version(10, 14),
                                  .data_const = version(10, 15),
                                  .chains_in_libraries = version(12, 0),
                                  .chains = version(13, 0),
                                  .offset_chains = version(12, 0),
                                  .relative_lists = version(11, 0)};
// 64-bit CPUs came with iOS 7, which has had the other features all along.
constexpr FirstVersions kIos = {.build_version = version(12, 0),
                                .data_const = version(13, 0),
                                .chains_in_libraries = version(13, 4),
                                .chains = version(13, 4),
                                .offset_chains = version(15, 0),
                                .relative_lists = version(14, 0)};
constexpr FirstVersions kWatchos = {.build_version = version(5, 0),
                                    .data_const = version(6, 0),
                                    .chains_in_libraries = version(7, 0),
                                    .chains = version(7, 0),
                                    .offset_chains = version(8, 0),
                                    .relative_lists = version(7, 0)};
// Simulators run on the host's loader, which follows a year later.
constexpr FirstVersions kIosSimulator = {.build_version = version(12, 0),
                                         .data_const = version(13, 0),
                                         .chains_in_libraries = version(14, 0),
                                         .chains = version(14, 0),
                                         .offset_chains = version(15, 0),
                                         .relative_lists = version(14, 0)};

// It came with macOS 10.15, which has the features without a version here, whatever version is asked for.
constexpr FirstVersions kCatalyst = {.chains_in_libraries = version(14, 0),
                                     .chains = version(14, 0),
                                     .offset_chains = version(15, 0),
                                     .relative_lists = version(14, 0)};

constexpr Platform kPlatforms[] = {
    {1, "macos", "macosx", "macos", "macOS", kMacos, LC_VERSION_MIN_MACOSX},
    {2, "ios", "iphoneos", "ios", "iOS", kIos, LC_VERSION_MIN_IPHONEOS, false, true},
    {3, "tvos", "appletvos", "tvos", "tvOS", kIos, LC_VERSION_MIN_TVOS, false, true},
    {4, "watchos", "watchos", "watchos", "watchOS", kWatchos, LC_VERSION_MIN_WATCHOS, false, true},
    {5, "bridgeos", "bridgeos", "bridgeos", "bridgeOS", {}},
    {6, "maccatalyst", "uikitformac", "maccatalyst", "macCatalyst", kCatalyst},
    {7, "iossimulator", "iphonesimulator", "ios-simulator", "iOS Simulator", kIosSimulator, LC_VERSION_MIN_IPHONEOS,
     true},
    {8, "tvossimulator", "appletvsimulator", "tvos-simulator", "tvOS Simulator", kIosSimulator, LC_VERSION_MIN_TVOS,
     true},
    {9, "watchossimulator", "watchsimulator", "watchos-simulator", "watchOS Simulator", kWatchos,
     LC_VERSION_MIN_WATCHOS, true},
    {10, "driverkit", "driverkit", "driverkit", "DriverKit", {}},
    {11, "visionos", "xros", "xros", "xrOS", {}},
    {12, "visionossimulator", "xrsimulator", "xros-simulator", "xrOS Simulator", {}, 0, true},
};

// "mac-catalyst", "mac catalyst" and "macCatalyst" are one name.
std::string plain_name(std::string_view text) {
  std::string name;
  for (const char c : text)
    if (c != '-' && c != ' ' && c != '_') name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

}  // namespace

const Platform* find_platform(std::string_view text) {
  uint32_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = failure == std::errc() && end == text.data() + text.size();
  const std::string name = plain_name(text);
  const auto found = std::find_if(std::begin(kPlatforms), std::end(kPlatforms), [&](const Platform& platform) {
    return is_number ? platform.number == number : platform.name == name || platform.other_name == name;
  });
  return found == std::end(kPlatforms) ? nullptr : &*found;
}

uint32_t platform_of_command(uint32_t command) {
  const auto found = std::find_if(std::begin(kPlatforms), std::end(kPlatforms),
                                  [&](const Platform& platform) { return platform.minimum_command == command; });
  return found == std::end(kPlatforms) ? kPlatformMacos : found->number;
}

const Platform& platform_row(uint32_t number) {
  for (const Platform& platform : kPlatforms)
    if (platform.number == number) return platform;
  return kPlatforms[0];
}

}  // namespace xld::macho
