// Target names. See targets.h.
#include "formats/targets.h"

#include <algorithm>

namespace xld {
namespace {

using Os = OperatingSystem;
constexpr auto kElf = ObjectFormat::Elf;
constexpr auto kMachO = ObjectFormat::MachO;
constexpr auto kTarget = TargetNameKind::Target;
constexpr auto kEmulation = TargetNameKind::Emulation;
constexpr auto kOutput = TargetNameKind::OutputFormat;

constexpr TargetName kTargetNames[] = {
    {"linux-amd64", kTarget, kElf, Cpu::X86_64, Os::Linux},
    {"linux-386", kTarget, kElf, Cpu::I386, Os::Linux},
    {"freebsd-amd64", kTarget, kElf, Cpu::X86_64, Os::FreeBsd},
    {"netbsd-amd64", kTarget, kElf, Cpu::X86_64, Os::NetBsd},
    {"openbsd-amd64", kTarget, kElf, Cpu::X86_64, Os::OpenBsd},
    {"dragonfly-amd64", kTarget, kElf, Cpu::X86_64, Os::DragonFly},
    {"none-amd64", kTarget, kElf, Cpu::X86_64, Os::None},
    {"none-386", kTarget, kElf, Cpu::I386, Os::None},
    {"darwin-amd64", kTarget, kMachO, Cpu::X86_64, Os::Darwin},
    {"darwin-386", kTarget, kMachO, Cpu::I386, Os::Darwin},
    {"darwin-arm64", kTarget, kMachO, Cpu::Arm64, Os::Darwin},
    {"elf_x86_64", kEmulation, kElf, Cpu::X86_64, Os::Unknown},
    {"elf_i386", kEmulation, kElf, Cpu::I386, Os::Unknown},
    {"elf_amd64_fbsd", kEmulation, kElf, Cpu::X86_64, Os::FreeBsd},
    {"elf_x86_64_fbsd", kEmulation, kElf, Cpu::X86_64, Os::FreeBsd},
    {"elf_i386_fbsd", kEmulation, kElf, Cpu::I386, Os::FreeBsd},
    {"elf_x86_64_obsd", kEmulation, kElf, Cpu::X86_64, Os::OpenBsd},
    {"elf64-x86-64", kOutput, kElf, Cpu::X86_64, Os::Unknown},
    {"elf32-i386", kOutput, kElf, Cpu::I386, Os::Unknown},
    {"elf64-x86-64-freebsd", kOutput, kElf, Cpu::X86_64, Os::FreeBsd},
    {"elf32-i386-freebsd", kOutput, kElf, Cpu::I386, Os::FreeBsd},
};

}  // namespace

std::span<const TargetName> target_names() {
  return kTargetNames;
}

const TargetName* find_target_name(TargetNameKind kind, std::string_view name) {
  const auto* found = std::ranges::find_if(
      kTargetNames, [&](const TargetName& entry) { return entry.kind == kind && entry.name == name; });
  return found == std::end(kTargetNames) ? nullptr : found;
}

void apply_target_name(const TargetName& name, Target& target) {
  target.format = name.format;
  target.cpu = name.cpu;
  if (name.os != Os::Unknown) target.os = name.os;
  target.word_size = name.cpu == Cpu::I386 ? 4 : 8;
}

}  // namespace xld
