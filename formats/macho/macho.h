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

// Behind a BuildVersionCommand, for each tool.
struct BuildToolVersion {
  uint32_t tool, version;
};
inline constexpr uint32_t TOOL_LD = 3;

struct VersionMinCommand {
  uint32_t cmd, cmdsize, version, sdk;
};

// 64 bits: a word of padding follows.
struct EncryptionInfoCommand {
  uint32_t cmd, cmdsize, cryptoff, cryptsize, cryptid;
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

// Most tables of __LINKEDIT: where one is.
struct LinkEditDataCommand {
  uint32_t cmd, cmdsize, dataoff, datasize;
};

struct DataInCodeEntry {
  uint32_t offset;
  uint16_t length, kind;
};

// LC_DYLD_CHAINED_FIXUPS
struct ChainedFixupsHeader {
  uint32_t fixups_version, starts_offset, imports_offset, symbols_offset, imports_count, imports_format, symbols_format;
};

// Followed by a page_start of 16 bits for each page.
struct ChainedStartsInSegment {
  uint32_t size;
  uint16_t page_size, pointer_format;
  uint64_t segment_offset;
  uint32_t max_valid_pointer;
  uint16_t page_count;
};
inline constexpr size_t kChainedStartsSize = 22;  // of the above in the file, which does not pad it

struct FatHeader {
  static constexpr uint32_t kMagic = 0xcafebabe;  // as load_big reads it
  static constexpr uint32_t kMagic64 = 0xcafebabf;
};

// Everything in a code signature is big-endian: <kern/cs_blobs.h>.
inline constexpr uint32_t CSMAGIC_EMBEDDED_SIGNATURE = 0xfade0cc0, CSMAGIC_CODEDIRECTORY = 0xfade0c02,
                          CSSLOT_CODEDIRECTORY = 0, CS_SUPPORTSEXECSEG = 0x20400, CS_ADHOC = 0x2,
                          CS_LINKER_SIGNED = 0x20000, CS_EXECSEG_MAIN_BINARY = 1;
inline constexpr uint8_t CS_HASHTYPE_SHA256 = 2, CS_HASH_SIZE_SHA256 = 32;

// Header
inline constexpr uint32_t CPU_TYPE_I386 = 7, CPU_TYPE_X86_64 = 0x01000007, CPU_TYPE_ARM64 = 0x0100000c;
inline constexpr uint32_t CPU_SUBTYPE_X86_ALL = 3, CPU_SUBTYPE_ARM64_ALL = 0;
inline constexpr uint32_t MH_OBJECT = 1, MH_EXECUTE = 2, MH_PRELOAD = 5, MH_DYLIB = 6, MH_DYLINKER = 7, MH_BUNDLE = 8,
                          MH_DYLIB_STUB = 9, MH_KEXT_BUNDLE = 11;
inline constexpr uint32_t MH_NOUNDEFS = 0x1, MH_DYLDLINK = 0x4, MH_TWOLEVEL = 0x80, MH_SUBSECTIONS_VIA_SYMBOLS = 0x2000,
                          MH_BINDS_TO_WEAK = 0x10000, MH_WEAK_DEFINES = 0x8000, MH_NO_REEXPORTED_DYLIBS = 0x100000,
                          MH_PIE = 0x200000, MH_HAS_TLV_DESCRIPTORS = 0x800000, MH_NO_HEAP_EXECUTION = 0x1000000,
                          MH_APP_EXTENSION_SAFE = 0x2000000, MH_ALLOW_STACK_EXECUTION = 0x20000, MH_FORCE_FLAT = 0x100,
                          MH_BINDATLOAD = 0x8, MH_NOFIXPREBINDING = 0x400, MH_DEAD_STRIPPABLE_DYLIB = 0x400000;

// Load commands
inline constexpr uint32_t LC_REQ_DYLD = 0x80000000;
inline constexpr uint32_t LC_SYMTAB = 0x2, LC_UNIXTHREAD = 0x5, LC_DYSYMTAB = 0xb, LC_LOAD_DYLIB = 0xc,
                          LC_ID_DYLIB = 0xd, LC_LOAD_DYLINKER = 0xe, LC_ID_DYLINKER = 0xf, LC_DYLD_ENVIRONMENT = 0x27,
                          LC_SUB_FRAMEWORK = 0x12, LC_SUB_UMBRELLA = 0x13, LC_SUB_CLIENT = 0x14, LC_SUB_LIBRARY = 0x15,
                          LC_CODE_SIGNATURE = 0x1d, LC_DYLD_INFO = 0x22, LC_FUNCTION_STARTS = 0x26,
                          LC_DATA_IN_CODE = 0x29, LC_ROUTINES = 0x11, LC_ROUTINES_64 = 0x1a, LC_UUID = 0x1b,
                          LC_VERSION_MIN_MACOSX = 0x24, LC_VERSION_MIN_IPHONEOS = 0x25, LC_VERSION_MIN_TVOS = 0x2f,
                          LC_VERSION_MIN_WATCHOS = 0x30, LC_ENCRYPTION_INFO = 0x21, LC_ENCRYPTION_INFO_64 = 0x2c,
                          LC_SOURCE_VERSION = 0x2a, LC_LINKER_OPTION = 0x2d, LC_LINKER_OPTIMIZATION_HINT = 0x2e,
                          LC_BUILD_VERSION = 0x32;
inline constexpr uint32_t LC_DYLD_INFO_ONLY = 0x22 | LC_REQ_DYLD, LC_MAIN = 0x28 | LC_REQ_DYLD,
                          LC_LOAD_WEAK_DYLIB = 0x18 | LC_REQ_DYLD, LC_RPATH = 0x1c | LC_REQ_DYLD,
                          LC_REEXPORT_DYLIB = 0x1f | LC_REQ_DYLD, LC_LOAD_UPWARD_DYLIB = 0x23 | LC_REQ_DYLD,
                          LC_DYLD_EXPORTS_TRIE = 0x33 | LC_REQ_DYLD, LC_DYLD_CHAINED_FIXUPS = 0x34 | LC_REQ_DYLD;

// Segments
inline constexpr uint32_t SG_READ_ONLY = 0x10;
inline constexpr uint32_t VM_PROT_READ = 1, VM_PROT_WRITE = 2, VM_PROT_EXECUTE = 4;

// Sections: the low byte of `flags` is the type.
inline constexpr uint32_t SECTION_TYPE = 0xff;
inline constexpr uint32_t S_REGULAR = 0x0, S_ZEROFILL = 0x1, S_CSTRING_LITERALS = 0x2, S_4BYTE_LITERALS = 0x3,
                          S_8BYTE_LITERALS = 0x4, S_NON_LAZY_SYMBOL_POINTERS = 0x6, S_LAZY_SYMBOL_POINTERS = 0x7,
                          S_SYMBOL_STUBS = 0x8, S_MOD_INIT_FUNC_POINTERS = 0x9, S_MOD_TERM_FUNC_POINTERS = 0xa,
                          S_COALESCED = 0xb, S_GB_ZEROFILL = 0xc, S_16BYTE_LITERALS = 0xe,
                          S_THREAD_LOCAL_REGULAR = 0x11, S_THREAD_LOCAL_ZEROFILL = 0x12,
                          S_THREAD_LOCAL_VARIABLES = 0x13, S_THREAD_LOCAL_VARIABLE_POINTERS = 0x14,
                          S_THREAD_LOCAL_INIT_FUNCTION_POINTERS = 0x15, S_INIT_FUNC_OFFSETS = 0x16,
                          S_LITERAL_POINTERS = 0x5, S_INTERPOSING = 0xd;
inline constexpr uint32_t S_ATTR_PURE_INSTRUCTIONS = 0x80000000, S_ATTR_NO_DEAD_STRIP = 0x10000000,
                          S_ATTR_LIVE_SUPPORT = 0x08000000, S_ATTR_SELF_MODIFYING_CODE = 0x04000000,
                          S_ATTR_DEBUG = 0x02000000, S_ATTR_SOME_INSTRUCTIONS = 0x400, S_ATTR_EXT_RELOC = 0x200,
                          S_ATTR_LOC_RELOC = 0x100;
inline constexpr uint32_t kMaxSections = 255;  // nlist::n_sect is a byte and 0 means none

// Symbols: n_type and n_desc
inline constexpr uint8_t N_STAB = 0xe0, N_PEXT = 0x10, N_TYPE = 0x0e, N_EXT = 0x01;
inline constexpr uint8_t N_AST = 0x32, N_UNDF = 0x0, N_ABS = 0x2, N_SECT = 0xe, N_PBUD = 0xc, N_INDR = 0xa;
inline constexpr uint16_t N_NO_DEAD_STRIP = 0x20, N_WEAK_REF = 0x40, N_WEAK_DEF = 0x80, N_ALT_ENTRY = 0x200,
                          N_REF_TO_WEAK = 0x80, REFERENCED_DYNAMICALLY = 0x10, N_ARM_THUMB_DEF = 0x8,
                          REFERENCE_FLAG_UNDEFINED_NON_LAZY = 0x0;
// Library ordinals in the high byte of n_desc, and in opcodes as negative numbers.
inline constexpr uint8_t SELF_LIBRARY_ORDINAL = 0x0, MAX_LIBRARY_ORDINAL = 0xfd, DYNAMIC_LOOKUP_ORDINAL = 0xfe,
                         EXECUTABLE_ORDINAL = 0xff;
inline constexpr int kDynamicLookup = -2, kMainExecutable = -1, kThisImage = 0, kWeakLookup = -3;
inline constexpr uint32_t INDIRECT_SYMBOL_LOCAL = 0x80000000, INDIRECT_SYMBOL_ABS = 0x40000000;

// The export trie
inline constexpr uint64_t EXPORT_SYMBOL_FLAGS_KIND_MASK = 3, EXPORT_SYMBOL_FLAGS_KIND_REGULAR = 0,
                          EXPORT_SYMBOL_FLAGS_KIND_THREAD_LOCAL = 1, EXPORT_SYMBOL_FLAGS_KIND_ABSOLUTE = 2,
                          EXPORT_SYMBOL_FLAGS_WEAK_DEFINITION = 4, EXPORT_SYMBOL_FLAGS_REEXPORT = 8,
                          EXPORT_SYMBOL_FLAGS_STUB_AND_RESOLVER = 16;

// Chained fixups
inline constexpr uint16_t DYLD_CHAINED_PTR_64 = 2, DYLD_CHAINED_PTR_64_OFFSET = 6, DYLD_CHAINED_PTR_START_NONE = 0xffff;
inline constexpr uint32_t DYLD_CHAINED_IMPORT = 1, DYLD_CHAINED_IMPORT_ADDEND = 2, DYLD_CHAINED_IMPORT_ADDEND64 = 3;

// Load-time adjustments: the opcodes of LC_DYLD_INFO that are written.
inline constexpr uint8_t REBASE_OPCODE_SET_TYPE_IMM = 0x10, REBASE_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB = 0x20,
                         REBASE_OPCODE_DO_REBASE_IMM_TIMES = 0x50, REBASE_OPCODE_DO_REBASE_ADD_ADDR_ULEB = 0x70,
                         REBASE_OPCODE_ADD_ADDR_ULEB = 0x30, REBASE_OPCODE_ADD_ADDR_IMM_SCALED = 0x40,
                         REBASE_OPCODE_DO_REBASE_ULEB_TIMES = 0x60,
                         REBASE_OPCODE_DO_REBASE_ULEB_TIMES_SKIPPING_ULEB = 0x80, REBASE_TYPE_POINTER = 1;
inline constexpr uint8_t BIND_OPCODE_DONE = 0x00, BIND_OPCODE_SET_DYLIB_ORDINAL_IMM = 0x10,
                         BIND_OPCODE_SET_DYLIB_ORDINAL_ULEB = 0x20, BIND_OPCODE_SET_DYLIB_SPECIAL_IMM = 0x30,
                         BIND_OPCODE_SET_SYMBOL_TRAILING_FLAGS_IMM = 0x40, BIND_OPCODE_SET_TYPE_IMM = 0x50,
                         BIND_OPCODE_SET_ADDEND_SLEB = 0x60, BIND_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB = 0x70,
                         BIND_OPCODE_ADD_ADDR_ULEB = 0x80, BIND_OPCODE_DO_BIND = 0x90,
                         BIND_OPCODE_DO_BIND_ADD_ADDR_ULEB = 0xa0, BIND_TYPE_POINTER = 1,
                         BIND_SYMBOL_FLAGS_WEAK_IMPORT = 0x1, BIND_SYMBOL_FLAGS_NON_WEAK_DEFINITION = 0x8;

// Registers of LC_UNIXTHREAD: words of the state, and the index of the instruction pointer.
inline constexpr uint32_t x86_THREAD_STATE32 = 1, x86_THREAD_STATE64 = 4, ARM_THREAD_STATE64 = 6;

}  // namespace xld::macho
