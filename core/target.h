// Target: format, CPU, operating system and kind of output, with the numbers that follow from them.
//
// The only header of core/ where formats and CPUs have names. Passes read the numbers; they do not ask for the names.
#pragma once

#include <cstdint>
#include <string_view>

namespace xld {

enum class ObjectFormat : uint8_t { Unknown, Elf, MachO };
enum class Cpu : uint8_t { Unknown, X86_64, I386, Arm64 };
enum class OperatingSystem : uint8_t { Unknown, None, Linux, FreeBsd, NetBsd, OpenBsd, DragonFly, Darwin };

enum class OutputKind : uint8_t {
  StaticExecutable,   // ET_EXEC without a loader
  StaticPie,          // position independent, relocates itself
  DynamicExecutable,  // ET_EXEC with a loader
  DynamicPie,
  SharedLibrary,
  Relocatable,
};

constexpr bool is_position_independent(OutputKind kind) {
  return kind == OutputKind::StaticPie || kind == OutputKind::DynamicPie || kind == OutputKind::SharedLibrary;
}

// The output is completed by a loader that knows other modules.
constexpr bool has_loader(OutputKind kind) {
  return kind == OutputKind::DynamicExecutable || kind == OutputKind::DynamicPie || kind == OutputKind::SharedLibrary;
}

struct TargetRow;

struct Target {
  ObjectFormat format = ObjectFormat::Unknown;
  Cpu cpu = Cpu::Unknown;
  OperatingSystem os = OperatingSystem::Unknown;
  OutputKind output = OutputKind::StaticExecutable;

  const TargetRow* row = nullptr;   // what is known of the system (core/target_table.h); settled with the output kind
  std::string_view entry;           // where programs start unless told otherwise
  std::string_view second_entry;    // ... and if that name is not defined
  std::string_view code_section;    // ... and if neither is
  uint8_t word_size = 8;            // bytes of a pointer
  uint64_t image_base = 0;          // address of the first segment
  uint64_t max_page_size = 0x1000;  // segments are congruent modulo this
  uint64_t common_page_size = 0x1000;
};

}  // namespace xld
