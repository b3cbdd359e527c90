// See universal.h. Headers are big-endian: a count, then for each part CPU, subtype, offset, size, alignment.
#include "formats/macho/universal.h"

#include <fmt/core.h>

#include "formats/macho/macho.h"

namespace xld::macho {

namespace {

// A Java class has the magic number of a universal file; its "number of architectures" is a version, 45 or more.
constexpr uint32_t kMostArchitectures = 30;
constexpr uint64_t kHeaderSize = 8, kEntrySize = 20, kEntrySize64 = 32;

uint32_t cpu_type(Cpu cpu) {
  switch (cpu) {
    case Cpu::X86_64:
      return CPU_TYPE_X86_64;
    case Cpu::I386:
      return CPU_TYPE_I386;
    case Cpu::Arm64:
      return CPU_TYPE_ARM64;
    case Cpu::Unknown:
      break;
  }
  return 0;
}

}  // namespace

// arm64e code is for another system interface, x86_64h code for newer processors only.
bool is_of_other_kind(uint32_t type, uint32_t subtype) {
  constexpr uint32_t kSubtypeMask = 0xffffff, kArm64e = 2, kHaswell = 8;
  subtype &= kSubtypeMask;
  return (type == CPU_TYPE_ARM64 && subtype == kArm64e) || (type == CPU_TYPE_X86_64 && subtype == kHaswell);
}

namespace {

bool is_usable(uint32_t type, uint32_t subtype, Cpu cpu) {
  return type == cpu_type(cpu) && !is_of_other_kind(type, subtype);
}

}  // namespace

bool is_universal(Bytes bytes) {
  if (bytes.size() < kHeaderSize) return false;
  const auto magic = load_big<uint32_t>(bytes.data());
  if (magic != FatHeader::kMagic && magic != FatHeader::kMagic64) return false;
  return load_big<uint32_t>(bytes.data() + 4) <= kMostArchitectures;
}

Result<std::optional<Bytes>> find_slice(Bytes bytes, Cpu cpu) {
  if (!is_universal(bytes)) return std::optional(bytes);
  const bool is_64_bit = load_big<uint32_t>(bytes.data()) == FatHeader::kMagic64;
  const uint64_t entry_size = is_64_bit ? kEntrySize64 : kEntrySize;
  const uint32_t count = load_big<uint32_t>(bytes.data() + 4);
  for (uint32_t i = 0; i < count; i++) {
    const auto entry = slice(bytes, kHeaderSize + i * entry_size, entry_size);
    if (!entry) return Error{fmt::format("fat_arch struct extends beyond end of file (entry {} of its header)", i)};
    if (!is_usable(load_big<uint32_t>(entry->data()), load_big<uint32_t>(entry->data() + 4), cpu)) continue;
    const uint8_t* place = entry->data() + 8;
    const uint64_t offset = is_64_bit ? load_big<uint64_t>(place) : load_big<uint32_t>(place);
    const uint64_t size = is_64_bit ? load_big<uint64_t>(place + 8) : load_big<uint32_t>(place + 4);
    const auto part = slice(bytes, offset, size);
    if (!part) return Error{fmt::format("slice extends beyond end of file (part {}, at offset {:#x})", i, offset)};
    return std::optional(*part);
  }
  return std::optional<Bytes>();
}

std::string missing_slice(Bytes bytes, Cpu cpu) {
  const bool is_64_bit = load_big<uint32_t>(bytes.data()) == FatHeader::kMagic64;
  const uint64_t entry_size = is_64_bit ? kEntrySize64 : kEntrySize;
  std::string names;
  for (uint32_t i = 0; i < load_big<uint32_t>(bytes.data() + 4); i++) {
    const auto entry = slice(bytes, kHeaderSize + i * entry_size, entry_size);
    if (!entry) break;
    if (i != 0) names += ',';
    const std::string_view name =
        architecture_name(load_big<uint32_t>(entry->data()), load_big<uint32_t>(entry->data() + 4));
    names += name.empty() ? "unknown" : name;
  }
  return fmt::format("is universal ({}) but does not contain the {} architecture", names, architecture_name(cpu));
}

Result<Bytes> slice_for(Bytes bytes, Cpu cpu) {
  const auto part = find_slice(bytes, cpu);
  if (!part) return part.error();
  if (!*part) return Error{missing_slice(bytes, cpu)};
  return **part;
}

std::string_view architecture_name(uint32_t type, uint32_t subtype) {
  struct Row {
    uint32_t type, subtype;
    std::string_view name;
  };
  // <mach/machine.h>; the first row of a type is for all other subtypes.
  static constexpr Row kRows[] = {{CPU_TYPE_X86_64, 3, "x86_64"},
                                  {CPU_TYPE_X86_64, 8, "x86_64h"},
                                  {CPU_TYPE_I386, 3, "i386"},
                                  {CPU_TYPE_ARM64, 0, "arm64"},
                                  {CPU_TYPE_ARM64, 2, "arm64e"},
                                  {12, 9, "armv7"},
                                  {12, 6, "armv6"},
                                  {12, 11, "armv7s"},
                                  {12, 12, "armv7k"},
                                  {18, 0, "ppc"},
                                  {0x01000012, 0, "ppc64"},
                                  {0x0200000c, 1, "arm64_32"}};
  std::string_view name;
  for (const Row& row : kRows) {
    if (row.type != type) continue;
    if (name.empty() || row.subtype == (subtype & 0xffffff)) name = row.name;
  }
  return name;
}

std::string_view architecture_name(Cpu cpu) {
  switch (cpu) {
    case Cpu::X86_64:
      return "x86_64";
    case Cpu::I386:
      return "i386";
    case Cpu::Arm64:
      return "arm64";
    case Cpu::Unknown:
      break;
  }
  return {};
}

}  // namespace xld::macho
