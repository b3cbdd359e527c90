// Is this a Mach-O file, for whom, and what is it? <mach-o/loader.h>, "mach_header"; <mach-o/fat.h>.
#include "formats/macho/library.h"
#include "formats/macho/object.h"
#include "formats/macho/universal.h"

namespace xld::macho {

namespace {

Cpu cpu_of(uint32_t type) {
  switch (type) {
    case CPU_TYPE_X86_64:
      return Cpu::X86_64;
    case CPU_TYPE_I386:
      return Cpu::I386;
    case CPU_TYPE_ARM64:
      return Cpu::Arm64;
    default:
      return Cpu::Unknown;
  }
}

FileKind kind_of(uint32_t type) {
  switch (type) {
    case MH_OBJECT:
      return FileKind::Object;
    case MH_DYLIB:
    case MH_DYLIB_STUB:
    case MH_BUNDLE:
      return FileKind::SharedLibrary;
    case MH_EXECUTE:
      return FileKind::Executable;
    default:
      return FileKind::Unknown;
  }
}

}  // namespace

Identity identify(Bytes bytes) {
  if (is_text_stub(bytes))
    return {.kind = FileKind::SharedLibrary, .format = ObjectFormat::MachO, .is_for_any_cpu = true};
  if (is_universal(bytes)) return {.kind = FileKind::Universal, .format = ObjectFormat::MachO};
  const auto header = read<Macho32::Header>(bytes, 0);  // both classes begin alike
  if (!header || (header->magic != Macho32::kMagic && header->magic != Macho64::kMagic)) return {};
  return {.kind = kind_of(header->filetype),
          .format = ObjectFormat::MachO,
          .cpu = is_of_other_kind(header->cputype, header->cpusubtype) ? Cpu::Unknown : cpu_of(header->cputype),
          .foreign_cpu = architecture_name(header->cputype, header->cpusubtype),
          .cpu_number = header->cputype};
}

}  // namespace xld::macho
