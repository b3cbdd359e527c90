// Is this an ELF file, for whom, and what is it? gABI "ELF Header".
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

bool is_compiler_ir(Bytes bytes) {
  if (bytes.size() < 4) return false;
  const uint32_t magic = load<uint32_t>(bytes.data());
  return magic == 0xdec04342 || magic == 0x0b17c0de;  // LLVM bitcode, bare and wrapped
}

}  // namespace

Identity identify(Bytes bytes) {
  if (is_compiler_ir(bytes)) return {FileKind::CompilerIr, ObjectFormat::Elf, Cpu::Unknown};
  if (bytes.size() < sizeof(Elf32::Header) || std::memcmp(bytes.data(), kMagic, sizeof(kMagic)) != 0) return {};
  // e_type and e_machine stand in the same place in both classes.
  const auto header = load<Elf32::Header>(bytes.data());
  return {kind_of(header.type), ObjectFormat::Elf, cpu_of(header.machine)};
}

}  // namespace xld::elf
