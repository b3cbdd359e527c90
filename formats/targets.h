// The names by which a user can ask for a target: --target, -m and --oformat, as one table.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/target.h"

namespace xld {

enum class TargetNameKind : uint8_t {
  Target,        // --target=linux-amd64: everything is fixed
  Historical,    // -Hlinux: system and format
  Emulation,     // -m elf_x86_64: format and CPU, and the system where the name says it
  OutputFormat,  // --oformat=elf64-x86-64
  Architecture,  // OUTPUT_ARCH(i386:x86-64) of a script
};

struct TargetName {
  std::string_view name;
  TargetNameKind kind;
  ObjectFormat format;
  Cpu cpu;
  OperatingSystem os;  // Unknown: as decided otherwise
};

std::vector<TargetName> target_names();

// Nothing if there is none of this kind.
std::optional<TargetName> find_target_name(TargetNameKind kind, std::string_view name);

// Takes over what `name` fixes, and leaves the rest of `target` alone.
void apply_target_name(const TargetName& name, Target& target);

}  // namespace xld
