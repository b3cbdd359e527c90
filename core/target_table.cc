// See target_table.h.
#include "core/target_table.h"

#include <algorithm>

namespace xld {

namespace {

using Os = OperatingSystem;
using enum ThreadRegister;
constexpr auto kElf = ObjectFormat::Elf;
constexpr auto kMachO = ObjectFormat::MachO;

// NT_FREEBSD_ABI_TAG with __FreeBSD_version of 13.0; the kernel takes programs of older systems.
constexpr IdentificationNote kFreeBsdNotes[] = {{".note.tag", "FreeBSD", 1, 1300139}};
// __NetBSD_Version__ of 9.0, and the note that asks for no PaX exemption.
constexpr IdentificationNote kNetBsdNotes[] = {{".note.netbsd.ident", "NetBSD", 1, 900000000},
                                               {".note.netbsd.pax", "PaX", 3, 0}};
constexpr IdentificationNote kOpenBsdNotes[] = {{".note.openbsd.ident", "OpenBSD", 1, 0}};
// __DragonFly_version of 6.4.
constexpr IdentificationNote kDragonFlyNotes[] = {{".note.ABI-tag", "DragonFly", 1, 600400}};

constexpr SystemSegment kOpenBsdSegments[] = {
    {".openbsd.mutable", 0x65a3dbe5},
    {".openbsd.randomdata", 0x65a3dbe6},
    {".openbsd.syscalls", 0x65a3dbe9},
    {".openbsd.bootdata", 0x65a41be6},
};

constexpr uint64_t kBase64 = 0x400000, kBase32 = 0x08048000;

constexpr TargetRow kRows[] = {
    {.name = "linux-amd64",
     .historical = "linux",
     .format = kElf,
     .cpu = Cpu::X86_64,
     .os = Os::Linux,
     .interpreter = "/lib64/ld-linux-x86-64.so.2",
     .entry = "_start",
     .image_base = kBase64,
     .thread_register = Fs,
     .tls_variant = TlsVariant::BelowThreadPointer,
     .first_slot = -16,
     .second_slot = -8,
     .search_paths = "/usr/local/lib/x86_64-linux-gnu:/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu:/usr/local/lib64:"
                     "/lib64:/usr/lib64:/usr/local/lib:/lib:/usr/lib"},
    {.name = "linux-386",
     .historical = "linux",
     .format = kElf,
     .cpu = Cpu::I386,
     .os = Os::Linux,
     .interpreter = "/lib/ld-linux.so.2",
     .entry = "_start",
     .image_base = kBase32,
     .thread_register = Gs,
     .tls_variant = TlsVariant::BelowThreadPointer,
     .first_slot = -8,
     .second_slot = -4,
     .search_paths =
         "/usr/local/lib/i386-linux-gnu:/lib/i386-linux-gnu:/usr/lib/i386-linux-gnu:/usr/local/lib32:/lib32:"
         "/usr/lib32:/usr/local/lib:/lib:/usr/lib"},
    {.name = "freebsd-amd64",
     .historical = "freebsd",
     .format = kElf,
     .cpu = Cpu::X86_64,
     .os = Os::FreeBsd,
     .os_abi = 9,
     .interpreter = "/libexec/ld-elf.so.1",
     .entry = "_start",
     .image_base = 0x200000,
     .thread_register = Fs,
     .tls_variant = TlsVariant::BelowThreadPointer,
     .first_slot = -16,
     .second_slot = -8,
     .notes = kFreeBsdNotes,
     .search_paths = "/lib:/usr/lib"},
    {.name = "netbsd-amd64",
     .historical = "netbsd",
     .format = kElf,
     .cpu = Cpu::X86_64,
     .os = Os::NetBsd,
     .interpreter = "/usr/libexec/ld.elf_so",
     .entry = "_start",
     .second_entry = "__start",
     .image_base = kBase64,
     .thread_register = Fs,
     .tls_variant = TlsVariant::BelowThreadPointer,
     .first_slot = -16,
     .second_slot = -8,
     .notes = kNetBsdNotes,
     .search_paths = "/lib:/usr/lib"},
    {.name = "openbsd-amd64",
     .historical = "openbsd",
     .format = kElf,
     .cpu = Cpu::X86_64,
     .os = Os::OpenBsd,
     .os_abi = 12,
     .interpreter = "/usr/libexec/ld.so",
     .entry = "__start",
     .second_entry = "_start",
     .image_base = kBase64,
     .thread_register = Fs,
     .tls_variant = TlsVariant::BelowThreadPointer,
     .first_slot = -16,
     .second_slot = -8,
     .notes = kOpenBsdNotes,
     .segments = kOpenBsdSegments,
     .search_paths = "/usr/lib"},
    {.name = "dragonfly-amd64",
     .historical = "dragonfly",
     .format = kElf,
     .cpu = Cpu::X86_64,
     .os = Os::DragonFly,
     .interpreter = "/usr/libexec/ld-elf.so.2",
     .entry = "_start",
     .image_base = kBase64,
     .thread_register = Fs,
     .tls_variant = TlsVariant::BelowThreadPointer,
     .first_slot = -16,
     .second_slot = -8,
     .notes = kDragonFlyNotes,
     .search_paths = "/lib:/usr/lib:/usr/lib/gcc80"},
    {.name = "freebsd-386",
     .historical = "freebsd",
     .format = kElf,
     .cpu = Cpu::I386,
     .os = Os::FreeBsd,
     .os_abi = 9,
     .interpreter = "/libexec/ld-elf.so.1",
     .entry = "_start",
     .image_base = kBase32,
     .thread_register = Gs,
     .tls_variant = TlsVariant::BelowThreadPointer,
     .first_slot = -8,
     .second_slot = -4,
     .notes = kFreeBsdNotes,
     .search_paths = "/lib:/usr/lib"},
    {.name = "netbsd-386",
     .historical = "netbsd",
     .format = kElf,
     .cpu = Cpu::I386,
     .os = Os::NetBsd,
     .interpreter = "/usr/libexec/ld.elf_so",
     .entry = "__start",
     .second_entry = "_start",
     .image_base = kBase32,
     .thread_register = Gs,
     .tls_variant = TlsVariant::BelowThreadPointer,
     .first_slot = -8,
     .second_slot = -4,
     .notes = kNetBsdNotes,
     .search_paths = "/lib:/usr/lib"},
    {.name = "openbsd-386",
     .historical = "openbsd",
     .format = kElf,
     .cpu = Cpu::I386,
     .os = Os::OpenBsd,
     .os_abi = 12,
     .interpreter = "/usr/libexec/ld.so",
     .entry = "__start",
     .second_entry = "_start",
     .image_base = kBase32,
     .thread_register = Gs,
     .tls_variant = TlsVariant::BelowThreadPointer,
     .first_slot = -8,
     .second_slot = -4,
     .notes = kOpenBsdNotes,
     .segments = kOpenBsdSegments,
     .search_paths = "/usr/lib"},
    {.name = "none-amd64",
     .historical = "elf",
     .format = kElf,
     .cpu = Cpu::X86_64,
     .os = Os::None,
     .entry = "_start",
     .image_base = kBase64,
     .thread_register = Fs,
     .tls_variant = TlsVariant::BelowThreadPointer,
     .first_slot = -16,
     .second_slot = -8},
    {.name = "none-386",
     .historical = "elf",
     .format = kElf,
     .cpu = Cpu::I386,
     .os = Os::None,
     .entry = "_start",
     .image_base = kBase32,
     .thread_register = Gs,
     .tls_variant = TlsVariant::BelowThreadPointer,
     .first_slot = -8,
     .second_slot = -4},
    {.name = "darwin-amd64",
     .historical = "darwin",
     .format = kMachO,
     .cpu = Cpu::X86_64,
     .os = Os::Darwin,
     .interpreter = "/usr/lib/dyld",
     .symbol_prefix = "_",
     .entry = "_main",
     .second_entry = "start",
     .image_base = 0x100000000,
     .thread_register = Gs,
     .tls_variant = TlsVariant::Descriptors,
     .first_slot = 0x8a0,
     .second_slot = 0x8a8,
     .search_paths = "/usr/lib:/usr/local/lib"},
    {.name = "darwin-386",
     .historical = "darwin",
     .format = kMachO,
     .cpu = Cpu::I386,
     .os = Os::Darwin,
     .interpreter = "/usr/lib/dyld",
     .symbol_prefix = "_",
     .entry = "_main",
     .second_entry = "start",
     .image_base = 0x1000,
     .thread_register = Gs,
     .tls_variant = TlsVariant::Descriptors,
     .first_slot = 0x468,
     .second_slot = 0x46c,
     .search_paths = "/usr/lib:/usr/local/lib"},
    {.name = "darwin-arm64",
     .historical = "darwin",
     .format = kMachO,
     .cpu = Cpu::Arm64,
     .os = Os::Darwin,
     .interpreter = "/usr/lib/dyld",
     .symbol_prefix = "_",
     .entry = "_main",
     .second_entry = "start",
     .image_base = 0x100000000,
     .page_size = 0x4000,
     .thread_register = TpidrroEl0,
     .tls_variant = TlsVariant::Descriptors,
     .search_paths = "/usr/lib:/usr/local/lib"},
};

}  // namespace

std::span<const TargetRow> target_rows() {
  return kRows;
}

const TargetRow* find_target_row(ObjectFormat format, Cpu cpu, OperatingSystem os) {
  const auto* found = std::ranges::find_if(kRows, [&](const TargetRow& row) {
    return (format == ObjectFormat::Unknown || row.format == format) && (cpu == Cpu::Unknown || row.cpu == cpu) &&
           (os == Os::Unknown || row.os == os);
  });
  return found == std::end(kRows) ? nullptr : found;
}

std::string_view format_name(ObjectFormat format) {
  return format == ObjectFormat::MachO ? "Mach-O" : "ELF";
}

std::string_view tls_variant_name(TlsVariant variant) {
  switch (variant) {
    case TlsVariant::None:
      break;
    case TlsVariant::AboveThreadPointer:
      return "above";
    case TlsVariant::BelowThreadPointer:
      return "below";
    case TlsVariant::Descriptors:
      return "descriptor";
  }
  return "-";
}

std::string_view thread_register_name(ThreadRegister thread_register) {
  switch (thread_register) {
    case None:
      break;
    case Fs:
      return "FS";
    case Gs:
      return "GS";
    case TpidrroEl0:
      return "TPIDRRO_EL0";
    case TpidrEl0:
      return "TPIDR_EL0";
  }
  return "-";
}

}  // namespace xld
