// The systems that Mach-O outputs are for: their numbers and names, and since when each understands what.
// <mach-o/loader.h>, PLATFORM_…; versions are packed as in versions.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace xld::macho {

inline constexpr uint32_t kPlatformMacos = 1, kPlatformCatalyst = 6;

// The first version that does; 0: all of them do.
struct FirstVersions {
  uint32_t dyld_info = 0, main = 0, build_version = 0, data_const = 0;
  uint32_t chains_in_libraries = 0, chains = 0, offset_chains = 0, relative_lists = 0;
};

struct Platform {
  uint32_t number;
  std::string_view name, other_name;  // of -platform_version
  std::string_view stub_name;         // in targets of textual stubs: "x86_64-macos"
  std::string_view title;             // for messages
  FirstVersions first;
  uint32_t minimum_command = 0;  // the load command with the oldest system, before LC_BUILD_VERSION
  bool is_simulator = false;
  bool is_encrypted = false;  // programs may be encrypted when they are delivered
};

// By a name, whatever its capitals and blanks, or by its number in decimal. Null: there is none.
const Platform* find_platform(std::string_view text);

// In a set of platforms.
constexpr uint32_t platform_bit(uint32_t number) {
  return number < 32 ? 1u << number : 0;
}

// Which system an old load command with a minimum version (LC_VERSION_MIN_…) is about.
uint32_t platform_of_command(uint32_t command);

// Of an unknown one: macOS.
const Platform& platform_row(uint32_t number);

}  // namespace xld::macho
