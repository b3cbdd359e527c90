// Is this an ELF file, for whom, and what is it? gABI "ELF Header".
#include <string_view>

#include "formats/elf/object.h"

namespace xld::elf {

namespace {

Cpu cpu_of(uint16_t machine) {
  switch (machine) {
    case EM_X86_64:
      return Cpu::X86_64;
    case EM_386:
    case EM_IAMCU:
      return Cpu::I386;
    case EM_AARCH64:
      return Cpu::Arm64;
    default:
      return Cpu::Unknown;
  }
}

struct ForeignMachine {
  uint16_t number;
  std::string_view name;
};

// gABI and its registry of e_machine: those that Linux toolchains and firmware builds make.
constexpr ForeignMachine kForeignMachines[] = {
    {2, "SPARC"},      {4, "m68k"},      {8, "MIPS"},      {15, "PA-RISC"},     {18, "SPARC V8+"}, {20, "PowerPC"},
    {21, "PowerPC64"}, {22, "S/390"},    {40, "ARM"},      {42, "SuperH"},      {43, "SPARC V9"},  {50, "IA-64"},
    {75, "VAX"},       {83, "AVR"},      {92, "OpenRISC"}, {93, "ARC"},         {94, "Xtensa"},    {105, "MSP430"},
    {106, "Blackfin"}, {113, "Nios II"}, {164, "Hexagon"}, {189, "MicroBlaze"}, {190, "CUDA"},     {195, "ARC v2"},
    {224, "AMD GPU"},  {243, "RISC-V"},  {247, "eBPF"},    {251, "NEC VE"},     {252, "C-SKY"},    {258, "LoongArch"},
    {0x9026, "Alpha"},
};

std::string_view foreign_name(uint16_t machine) {
  for (const ForeignMachine& row : kForeignMachines)
    if (row.number == machine) return row.name;
  return {};
}

FileKind kind_of(uint16_t type) {
  switch (type) {
    case ET_REL:
      return FileKind::Object;
    case ET_DYN:
      return FileKind::SharedLibrary;
    case ET_EXEC:
      return FileKind::Executable;
    default:
      return FileKind::Unknown;
  }
}

// EI_OSABI, as far as compilers write it. Linux has none, or that of the GNU extensions.
OperatingSystem system_of(uint8_t abi) {
  switch (abi) {
    case 2:
      return OperatingSystem::NetBsd;
    case 9:
      return OperatingSystem::FreeBsd;
    case 12:
      return OperatingSystem::OpenBsd;
    default:
      return OperatingSystem::Unknown;
  }
}

bool is_compiler_ir(Bytes bytes) {
  if (bytes.size() < 4) return false;
  const uint32_t magic = load<uint32_t>(bytes.data());
  return magic == 0xdec04342 || magic == 0x0b17c0de;  // LLVM bitcode, bare and wrapped
}

}  // namespace

Identity identify(Bytes bytes) {
  if (is_compiler_ir(bytes)) return {.kind = FileKind::CompilerIr, .format = ObjectFormat::Elf};
  if (bytes.size() < sizeof(Elf32::Header) || std::memcmp(bytes.data(), kMagic, sizeof(kMagic)) != 0) return {};
  // e_type and e_machine stand in the same place in both classes.
  const auto header = load<Elf32::Header>(bytes.data());
  return {.kind = kind_of(header.type),
          .format = ObjectFormat::Elf,
          .cpu = cpu_of(header.machine),
          .foreign_cpu = foreign_name(header.machine),
          .cpu_number = header.machine,
          .os = system_of(header.ident[7])};
}

}  // namespace xld::elf
