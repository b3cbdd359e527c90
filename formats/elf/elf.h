// On-disk structures and constants of ELF, 32 and 64 bit, little-endian.
//
// Sources: System V gABI chapters 4 and 5, the GNU extensions of the Linux Standard Base and of binutils'
// documentation. Structures are read with load<>() from unaligned memory; a reader is a template on Elf32 or Elf64.
#pragma once

#include <cstdint>

namespace xld::elf {

struct Elf64 {
  static constexpr uint8_t kClass = 2;
  static constexpr uint8_t kWordSize = 8;
  using Word = uint64_t;
  using SignedWord = int64_t;

  struct Header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
  };
  struct SectionHeader {
    uint32_t name, type;
    uint64_t flags, addr, offset, size;
    uint32_t link, info;
    uint64_t addralign, entsize;
  };
  struct ProgramHeader {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
  };
  struct Symbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t shndx;
    uint64_t value, size;
  };
  struct Rel {
    uint64_t offset, info;
    uint32_t symbol() const { return static_cast<uint32_t>(info >> 32); }
    uint32_t type() const { return static_cast<uint32_t>(info); }
  };
  struct Rela {
    uint64_t offset, info;
    int64_t addend;
    uint32_t symbol() const { return static_cast<uint32_t>(info >> 32); }
    uint32_t type() const { return static_cast<uint32_t>(info); }
  };
  struct Dynamic {
    int64_t tag;
    uint64_t value;
  };
  struct CompressionHeader {
    uint32_t type, reserved;
    uint64_t size, addralign;
  };
  static constexpr uint64_t reloc_info(uint32_t symbol, uint32_t type) { return (uint64_t{symbol} << 32) | type; }
};

struct Elf32 {
  static constexpr uint8_t kClass = 1;
  static constexpr uint8_t kWordSize = 4;
  using Word = uint32_t;
  using SignedWord = int32_t;

  struct Header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version, entry, phoff, shoff, flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
  };
  struct SectionHeader {
    uint32_t name, type, flags, addr, offset, size, link, info, addralign, entsize;
  };
  struct ProgramHeader {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
  };
  struct Symbol {
    uint32_t name, value, size;
    uint8_t info, other;
    uint16_t shndx;
  };
  struct Rel {
    uint32_t offset, info;
    uint32_t symbol() const { return info >> 8; }
    uint32_t type() const { return info & 0xff; }
  };
  struct Rela {
    uint32_t offset, info;
    int32_t addend;
    uint32_t symbol() const { return info >> 8; }
    uint32_t type() const { return info & 0xff; }
  };
  struct Dynamic {
    int32_t tag;
    uint32_t value;
  };
  struct CompressionHeader {
    uint32_t type, size, addralign;
  };
  static constexpr uint32_t reloc_info(uint32_t symbol, uint32_t type) { return (symbol << 8) | (type & 0xff); }
};

// Symbol versions (LSB core, "Symbol Versioning"): the same in both classes. Entries are chained by byte offsets.
struct VersionDefinition {  // SHT_GNU_verdef
  uint16_t version, flags, index, name_count;
  uint32_t hash, names, next;
};
struct VersionDefinitionName {
  uint32_t name, next;
};
struct VersionNeed {  // SHT_GNU_verneed
  uint16_t version, count;
  uint32_t file, versions, next;
};
struct NeededVersion {
  uint32_t hash;
  uint16_t flags, index;
  uint32_t name, next;
};
struct GnuHashHeader {
  uint32_t bucket_count, first_symbol, bloom_words, bloom_shift;
};

static_assert(sizeof(VersionDefinition) == 20 && sizeof(VersionNeed) == 16 && sizeof(NeededVersion) == 16);
static_assert(sizeof(Elf64::Header) == 64 && sizeof(Elf32::Header) == 52);
static_assert(sizeof(Elf64::SectionHeader) == 64 && sizeof(Elf32::SectionHeader) == 40);
static_assert(sizeof(Elf64::ProgramHeader) == 56 && sizeof(Elf32::ProgramHeader) == 32);
static_assert(sizeof(Elf64::Symbol) == 24 && sizeof(Elf32::Symbol) == 16);
static_assert(sizeof(Elf64::Rela) == 24 && sizeof(Elf32::Rel) == 8);

inline constexpr uint8_t kMagic[4] = {0x7f, 'E', 'L', 'F'};
inline constexpr uint8_t kLittleEndian = 1;

// e_type
inline constexpr uint16_t ET_REL = 1, ET_EXEC = 2, ET_DYN = 3;
// e_machine
inline constexpr uint16_t EM_386 = 3, EM_IAMCU = 6, EM_X86_64 = 62, EM_AARCH64 = 183;
// e_ident[EI_OSABI]
inline constexpr uint8_t ELFOSABI_NONE = 0, ELFOSABI_GNU = 3;

// Section indices
inline constexpr uint32_t SHN_UNDEF = 0, SHN_LORESERVE = 0xff00, SHN_X86_64_LCOMMON = 0xff02, SHN_ABS = 0xfff1,
                          SHN_COMMON = 0xfff2, SHN_XINDEX = 0xffff;

// sh_type
inline constexpr uint32_t SHT_NULL = 0, SHT_PROGBITS = 1, SHT_SYMTAB = 2, SHT_STRTAB = 3, SHT_RELA = 4, SHT_HASH = 5,
                          SHT_DYNAMIC = 6, SHT_NOTE = 7, SHT_NOBITS = 8, SHT_REL = 9, SHT_DYNSYM = 11,
                          SHT_INIT_ARRAY = 14, SHT_FINI_ARRAY = 15, SHT_PREINIT_ARRAY = 16, SHT_GROUP = 17,
                          SHT_SYMTAB_SHNDX = 18, SHT_RELR = 19, SHT_CREL = 0x40000014, SHT_ANDROID_REL = 0x60000001,
                          SHT_ANDROID_RELA = 0x60000002, SHT_ANDROID_RELR = 0x6fffff00, SHT_LLVM_ADDRSIG = 0x6fff4c03,
                          SHT_LLVM_DEPENDENT_LIBRARIES = 0x6fff4c04, SHT_LLVM_CALL_GRAPH_PROFILE = 0x6fff4c09,
                          SHT_LLVM_LTO = 0x6fff4c0c, SHT_GNU_HASH = 0x6ffffff6, SHT_GNU_VERDEF = 0x6ffffffd,
                          SHT_GNU_VERNEED = 0x6ffffffe, SHT_GNU_VERSYM = 0x6fffffff, SHT_X86_64_UNWIND = 0x70000001;

// sh_flags
inline constexpr uint64_t SHF_WRITE = 1, SHF_ALLOC = 2, SHF_EXECINSTR = 4, SHF_MERGE = 0x10, SHF_STRINGS = 0x20,
                          SHF_INFO_LINK = 0x40, SHF_LINK_ORDER = 0x80, SHF_GROUP = 0x200, SHF_TLS = 0x400,
                          SHF_COMPRESSED = 0x800, SHF_GNU_RETAIN = 0x200000, SHF_X86_64_LARGE = 0x10000000,
                          SHF_EXCLUDE = 0x80000000;

// SHT_GROUP's first word
inline constexpr uint32_t GRP_COMDAT = 1;

// Symbols: st_info >> 4, st_info & 15, st_other & 3
inline constexpr uint8_t STB_LOCAL = 0, STB_GLOBAL = 1, STB_WEAK = 2, STB_GNU_UNIQUE = 10;
inline constexpr uint8_t STT_NOTYPE = 0, STT_OBJECT = 1, STT_FUNC = 2, STT_SECTION = 3, STT_FILE = 4, STT_COMMON = 5,
                         STT_TLS = 6, STT_GNU_IFUNC = 10;
inline constexpr uint8_t STV_DEFAULT = 0, STV_INTERNAL = 1, STV_HIDDEN = 2, STV_PROTECTED = 3;

constexpr uint8_t binding_of(uint8_t info) {
  return info >> 4;
}
constexpr uint8_t type_of(uint8_t info) {
  return info & 15;
}
constexpr uint8_t visibility_of(uint8_t other) {
  return other & 3;
}
constexpr uint8_t symbol_info(uint8_t binding, uint8_t type) {
  return static_cast<uint8_t>(binding << 4 | type);
}

// p_type, p_flags
inline constexpr uint32_t PT_NULL = 0, PT_LOAD = 1, PT_DYNAMIC = 2, PT_INTERP = 3, PT_NOTE = 4, PT_PHDR = 6, PT_TLS = 7,
                          PT_GNU_EH_FRAME = 0x6474e550, PT_GNU_STACK = 0x6474e551, PT_GNU_RELRO = 0x6474e552,
                          PT_GNU_PROPERTY = 0x6474e553, PT_OPENBSD_WXNEEDED = 0x65a3dbe7,
                          PT_OPENBSD_NOBTCFI = 0x65a3dbe8;
inline constexpr uint32_t PF_X = 1, PF_W = 2, PF_R = 4;

// d_tag
inline constexpr int64_t DT_NULL = 0, DT_NEEDED = 1, DT_PLTRELSZ = 2, DT_PLTGOT = 3, DT_HASH = 4, DT_STRTAB = 5,
                         DT_SYMTAB = 6, DT_RELA = 7, DT_RELASZ = 8, DT_RELAENT = 9, DT_STRSZ = 10, DT_SYMENT = 11,
                         DT_INIT = 12, DT_FINI = 13, DT_SONAME = 14, DT_RPATH = 15, DT_SYMBOLIC = 16, DT_REL = 17,
                         DT_RELSZ = 18, DT_RELENT = 19, DT_PLTREL = 20, DT_DEBUG = 21, DT_TEXTREL = 22, DT_JMPREL = 23,
                         DT_BIND_NOW = 24, DT_INIT_ARRAY = 25, DT_FINI_ARRAY = 26, DT_INIT_ARRAYSZ = 27,
                         DT_FINI_ARRAYSZ = 28, DT_RUNPATH = 29, DT_RELRSZ = 35, DT_RELR = 36, DT_RELRENT = 37,
                         DT_ANDROID_REL = 0x6000000f, DT_ANDROID_RELSZ = 0x60000010, DT_ANDROID_RELA = 0x60000011,
                         DT_ANDROID_RELASZ = 0x60000012, DT_ANDROID_RELR = 0x6fffe000, DT_ANDROID_RELRSZ = 0x6fffe001,
                         DT_ANDROID_RELRENT = 0x6fffe003, DT_FLAGS = 30, DT_PREINIT_ARRAY = 32, DT_PREINIT_ARRAYSZ = 33,
                         DT_AUXILIARY = 0x7ffffffd, DT_FILTER = 0x7fffffff, DT_AUDIT = 0x6ffffefc,
                         DT_DEPAUDIT = 0x6ffffefb, DT_GNU_FLAGS_1 = 0x6ffffdf4, DT_GNU_HASH = 0x6ffffef5,
                         DT_VERSYM = 0x6ffffff0, DT_RELACOUNT = 0x6ffffff9, DT_RELCOUNT = 0x6ffffffa,
                         DT_FLAGS_1 = 0x6ffffffb, DT_VERDEF = 0x6ffffffc, DT_VERDEFNUM = 0x6ffffffd,
                         DT_VERNEED = 0x6ffffffe, DT_VERNEEDNUM = 0x6fffffff;
inline constexpr uint64_t DF_ORIGIN = 1, DF_SYMBOLIC = 2, DF_TEXTREL = 4, DF_BIND_NOW = 8, DF_STATIC_TLS = 16,
                          DF_GNU_1_UNIQUE = 1;
inline constexpr uint64_t DF_1_NOW = 1, DF_1_PIE = 0x08000000;

// Symbol versions: what an entry of .gnu.version says, flags of definitions and needs
inline constexpr uint16_t VER_NDX_LOCAL = 0, VER_NDX_GLOBAL = 1, VERSYM_HIDDEN = 0x8000, VERSYM_VERSION = 0x7fff;
inline constexpr uint16_t VER_DEF_CURRENT = 1, VER_NEED_CURRENT = 1, VER_FLG_BASE = 1, VER_FLG_WEAK = 2;

// Compression (gABI "Section Compression")
inline constexpr uint32_t ELFCOMPRESS_ZLIB = 1, ELFCOMPRESS_ZSTD = 2;

// Notes
inline constexpr uint32_t NT_GNU_BUILD_ID = 3, NT_GNU_PROPERTY_TYPE_0 = 5, NT_FDO_PACKAGING_METADATA = 0xcafe1a7e;
inline constexpr uint32_t GNU_PROPERTY_STACK_SIZE = 1, GNU_PROPERTY_NO_COPY_ON_PROTECTED = 2,
                          GNU_PROPERTY_1_NEEDED = 0xb0008000, GNU_PROPERTY_X86_FEATURE_1_AND = 0xc0000002,
                          GNU_PROPERTY_X86_ISA_1_NEEDED = 0xc0008002;
inline constexpr uint32_t GNU_PROPERTY_1_NEEDED_INDIRECT_EXTERN_ACCESS = 1;
inline constexpr uint32_t GNU_PROPERTY_X86_FEATURE_1_IBT = 1, GNU_PROPERTY_X86_FEATURE_1_SHSTK = 2;

}  // namespace xld::elf
