// On-disk structures and constants of Mach-O, 32 and 64 bit, little-endian.
//
// Sources: Apple's "Mach-O Runtime Architecture" and the public headers <mach-o/loader.h>, <mach-o/nlist.h>,
// <mach-o/reloc.h>. Structures are read with load<>() from unaligned memory; a reader is a template on Macho32 or
// Macho64.
#pragma once

#include <cstdint>
#include <string_view>

namespace xld::macho {

// A name in a field of 16 bytes, which ends early only if it is shorter.
inline constexpr size_t kNameSize = 16;

inline std::string_view fixed_name(const char* field) {
  const std::string_view whole(field, kNameSize);
  return whole.substr(0, whole.find('\0'));
}

struct LoadCommand {
  uint32_t cmd, cmdsize;
};

struct Macho64 {
  static constexpr uint32_t kMagic = 0xfeedfacf;
  static constexpr uint32_t kSegmentCommand = 0x19;  // LC_SEGMENT_64
  static constexpr uint8_t kWordSize = 8;
  using Word = uint64_t;

  struct Header {
    uint32_t magic, cputype, cpusubtype, filetype, ncmds, sizeofcmds, flags, reserved;
  };
  struct Segment {
    uint32_t cmd, cmdsize;
    char segname[kNameSize];
    uint64_t vmaddr, vmsize, fileoff, filesize;
    uint32_t maxprot, initprot, nsects, flags;
  };
  struct Section {
    char sectname[kNameSize], segname[kNameSize];
    uint64_t addr, size;
    uint32_t offset, align, reloff, nreloc, flags, reserved1, reserved2, reserved3;
  };
  struct Symbol {
    uint32_t strx;
    uint8_t type, sect;
    uint16_t desc;
    uint64_t value;
  };
};

struct Macho32 {
  static constexpr uint32_t kMagic = 0xfeedface;
  static constexpr uint32_t kSegmentCommand = 0x1;  // LC_SEGMENT
  static constexpr uint8_t kWordSize = 4;
  using Word = uint32_t;

  struct Header {
    uint32_t magic, cputype, cpusubtype, filetype, ncmds, sizeofcmds, flags;
  };
  struct Segment {
    uint32_t cmd, cmdsize;
    char segname[kNameSize];
    uint32_t vmaddr, vmsize, fileoff, filesize;
    uint32_t maxprot, initprot, nsects, flags;
  };
  struct Section {
    char sectname[kNameSize], segname[kNameSize];
    uint32_t addr, size;
    uint32_t offset, align, reloff, nreloc, flags, reserved1, reserved2;
  };
  struct Symbol {
    uint32_t strx;
    uint8_t type, sect;
    uint16_t desc;
    uint32_t value;
  };
};

static_assert(sizeof(Macho64::Header) == 32 && sizeof(Macho32::Header) == 28);
static_assert(sizeof(Macho64::Segment) == 72 && sizeof(Macho32::Segment) == 56);
static_assert(sizeof(Macho64::Section) == 80 && sizeof(Macho32::Section) == 68);
static_assert(sizeof(Macho64::Symbol) == 16 && sizeof(Macho32::Symbol) == 12);

struct SymtabCommand {
  uint32_t cmd, cmdsize, symoff, nsyms, stroff, strsize;
};

struct DysymtabCommand {
  uint32_t cmd, cmdsize;
  uint32_t ilocalsym, nlocalsym, iextdefsym, nextdefsym, iundefsym, nundefsym;
  uint32_t tocoff, ntoc, modtaboff, nmodtab, extrefsymoff, nextrefsyms;
  uint32_t indirectsymoff, nindirectsyms, extreloff, nextrel, locreloff, nlocrel;
};

struct DyldInfoCommand {
  uint32_t cmd, cmdsize;
  uint32_t rebase_off, rebase_size, bind_off, bind_size, weak_bind_off, weak_bind_size;
  uint32_t lazy_bind_off, lazy_bind_size, export_off, export_size;
};

struct UuidCommand {
  uint32_t cmd, cmdsize;
  uint8_t uuid[16];
};

struct BuildVersionCommand {
  uint32_t cmd, cmdsize, platform, minos, sdk, ntools;
};

struct VersionMinCommand {
  uint32_t cmd, cmdsize, version, sdk;
};

struct SourceVersionCommand {
  uint32_t cmd, cmdsize;
  uint64_t version;
};

struct EntryPointCommand {
  uint32_t cmd, cmdsize;
  uint64_t entryoff, stacksize;
};

// Followed by the thread's registers.
struct ThreadCommand {
  uint32_t cmd, cmdsize, flavor, count;
};

struct DylibCommand {
  uint32_t cmd, cmdsize, name_offset, timestamp, current_version, compatibility_version;
};

struct DylinkerCommand {
  uint32_t cmd, cmdsize, name_offset;
};

struct FatHeader {
  static constexpr uint32_t kMagic = 0xcafebabe;  // as load_big reads it
  static constexpr uint32_t kMagic64 = 0xcafebabf;
};

// Header
inline constexpr uint32_t CPU_TYPE_I386 = 7, CPU_TYPE_X86_64 = 0x01000007, CPU_TYPE_ARM64 = 0x0100000c;
inline constexpr uint32_t CPU_SUBTYPE_X86_ALL = 3;
inline constexpr uint32_t MH_OBJECT = 1, MH_EXECUTE = 2, MH_DYLIB = 6, MH_BUNDLE = 8, MH_DYLIB_STUB = 9;
inline constexpr uint32_t MH_NOUNDEFS = 0x1, MH_DYLDLINK = 0x4, MH_TWOLEVEL = 0x80, MH_SUBSECTIONS_VIA_SYMBOLS = 0x2000,
                          MH_PIE = 0x200000;

// Load commands
inline constexpr uint32_t LC_REQ_DYLD = 0x80000000;
inline constexpr uint32_t LC_SYMTAB = 0x2, LC_UNIXTHREAD = 0x5, LC_DYSYMTAB = 0xb, LC_LOAD_DYLIB = 0xc,
                          LC_LOAD_DYLINKER = 0xe, LC_UUID = 0x1b, LC_VERSION_MIN_MACOSX = 0x24,
                          LC_SOURCE_VERSION = 0x2a, LC_LINKER_OPTION = 0x2d, LC_BUILD_VERSION = 0x32;
inline constexpr uint32_t LC_DYLD_INFO_ONLY = 0x22 | LC_REQ_DYLD, LC_MAIN = 0x28 | LC_REQ_DYLD;

// Segments
inline constexpr uint32_t VM_PROT_READ = 1, VM_PROT_WRITE = 2, VM_PROT_EXECUTE = 4;

// Sections: the low byte of `flags` is the type.
inline constexpr uint32_t SECTION_TYPE = 0xff;
inline constexpr uint32_t S_REGULAR = 0x0, S_ZEROFILL = 0x1, S_CSTRING_LITERALS = 0x2, S_4BYTE_LITERALS = 0x3,
                          S_8BYTE_LITERALS = 0x4, S_NON_LAZY_SYMBOL_POINTERS = 0x6, S_LAZY_SYMBOL_POINTERS = 0x7,
                          S_SYMBOL_STUBS = 0x8, S_MOD_INIT_FUNC_POINTERS = 0x9, S_MOD_TERM_FUNC_POINTERS = 0xa,
                          S_COALESCED = 0xb, S_GB_ZEROFILL = 0xc, S_16BYTE_LITERALS = 0xe,
                          S_THREAD_LOCAL_REGULAR = 0x11, S_THREAD_LOCAL_ZEROFILL = 0x12,
                          S_THREAD_LOCAL_VARIABLES = 0x13, S_THREAD_LOCAL_VARIABLE_POINTERS = 0x14,
                          S_THREAD_LOCAL_INIT_FUNCTION_POINTERS = 0x15;
inline constexpr uint32_t S_ATTR_PURE_INSTRUCTIONS = 0x80000000, S_ATTR_NO_DEAD_STRIP = 0x10000000,
                          S_ATTR_DEBUG = 0x02000000, S_ATTR_SOME_INSTRUCTIONS = 0x400, S_ATTR_EXT_RELOC = 0x200,
                          S_ATTR_LOC_RELOC = 0x100;
inline constexpr uint32_t kMaxSections = 255;  // nlist::n_sect is a byte and 0 means none

// Symbols: n_type and n_desc
inline constexpr uint8_t N_STAB = 0xe0, N_PEXT = 0x10, N_TYPE = 0x0e, N_EXT = 0x01;
inline constexpr uint8_t N_UNDF = 0x0, N_ABS = 0x2, N_SECT = 0xe, N_PBUD = 0xc, N_INDR = 0xa;
inline constexpr uint16_t N_NO_DEAD_STRIP = 0x20, N_WEAK_REF = 0x40, N_WEAK_DEF = 0x80, N_ALT_ENTRY = 0x200;
inline constexpr uint32_t INDIRECT_SYMBOL_LOCAL = 0x80000000, INDIRECT_SYMBOL_ABS = 0x40000000;

// Load-time adjustments: the opcodes of LC_DYLD_INFO that are written.
inline constexpr uint8_t REBASE_OPCODE_SET_TYPE_IMM = 0x10, REBASE_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB = 0x20,
                         REBASE_OPCODE_DO_REBASE_IMM_TIMES = 0x50, REBASE_OPCODE_DO_REBASE_ADD_ADDR_ULEB = 0x70,
                         REBASE_TYPE_POINTER = 1;

// Registers of LC_UNIXTHREAD: words of the state, and the index of the instruction pointer.
inline constexpr uint32_t x86_THREAD_STATE32 = 1, x86_THREAD_STATE64 = 4;

}  // namespace xld::macho
