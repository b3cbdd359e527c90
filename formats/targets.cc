// Target names. See targets.h.
#include "formats/targets.h"

#include <algorithm>

#include "core/target_table.h"

namespace xld {
namespace {

using Os = OperatingSystem;
constexpr auto kElf = ObjectFormat::Elf;
constexpr auto kTarget = TargetNameKind::Target;
constexpr auto kHistorical = TargetNameKind::Historical;
constexpr auto kEmulation = TargetNameKind::Emulation;
constexpr auto kOutput = TargetNameKind::OutputFormat;
constexpr auto kArchitecture = TargetNameKind::Architecture;

constexpr TargetName kOtherNames[] = {
    // The numbers of header types in 6l and 8l.
    {"6", kHistorical, ObjectFormat::MachO, Cpu::Unknown, Os::Darwin},
    {"7", kHistorical, kElf, Cpu::Unknown, Os::Linux},
    {"elf_x86_64", kEmulation, kElf, Cpu::X86_64, Os::Unknown},
    {"elf_i386", kEmulation, kElf, Cpu::I386, Os::Unknown},
    {"elf_x86_64_fbsd", kEmulation, kElf, Cpu::X86_64, Os::FreeBsd},
    {"elf_i386_fbsd", kEmulation, kElf, Cpu::I386, Os::FreeBsd},
    {"elf_x86_64_obsd", kEmulation, kElf, Cpu::X86_64, Os::OpenBsd},
    {"elf_i386_obsd", kEmulation, kElf, Cpu::I386, Os::OpenBsd},
    {"elf_i386_nbsd", kEmulation, kElf, Cpu::I386, Os::NetBsd},
    {"elf_amd64_fbsd", kEmulation, kElf, Cpu::X86_64, Os::FreeBsd},
    {"elf_x86_64_nbsd", kEmulation, kElf, Cpu::X86_64, Os::NetBsd},
    {"elf_x86_64_dfly", kEmulation, kElf, Cpu::X86_64, Os::DragonFly},
    {"elf64-x86-64", kOutput, kElf, Cpu::X86_64, Os::Unknown},
    {"elf32-i386", kOutput, kElf, Cpu::I386, Os::Unknown},
    {"elf64-x86-64-freebsd", kOutput, kElf, Cpu::X86_64, Os::FreeBsd},
    {"elf32-i386-freebsd", kOutput, kElf, Cpu::I386, Os::FreeBsd},
    {"i386:x86-64", kArchitecture, kElf, Cpu::X86_64, Os::Unknown},
    {"i386:x86-64:intel", kArchitecture, kElf, Cpu::X86_64, Os::Unknown},
    {"i386", kArchitecture, kElf, Cpu::I386, Os::Unknown},
    {"i386:intel", kArchitecture, kElf, Cpu::I386, Os::Unknown},
};

}  // namespace

std::vector<TargetName> target_names() {
  std::vector<TargetName> names;
  for (const TargetRow& row : target_rows()) names.push_back({row.name, kTarget, row.format, row.cpu, row.os});
  // The CPU is that of the first object.
  for (const TargetRow& row : target_rows()) {
    const auto is_known = [&](const TargetName& n) { return n.kind == kHistorical && n.name == row.historical; };
    if (std::none_of(names.begin(), names.end(), is_known))
      names.push_back({row.historical, kHistorical, row.format, Cpu::Unknown, row.os});
  }
  names.insert(names.end(), std::begin(kOtherNames), std::end(kOtherNames));
  return names;
}

std::optional<TargetName> find_target_name(TargetNameKind kind, std::string_view name) {
  for (const TargetName& entry : target_names())
    if (entry.kind == kind && entry.name == name) return entry;
  return std::nullopt;
}

void apply_target_name(const TargetName& name, Target& target) {
  target.format = name.format;
  if (name.cpu != Cpu::Unknown) target.cpu = name.cpu;
  if (name.os != Os::Unknown) target.os = name.os;
  target.word_size = target.cpu == Cpu::I386 ? 4 : 8;
}

}  // namespace xld
