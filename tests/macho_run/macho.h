// On-disk structures and constants of Mach-O for the CPU this loader is built for.
//
// Written from Apple's public headers <mach-o/loader.h>, <mach-o/nlist.h>, <mach-o/reloc.h> and
// <mach-o/fixup-chains.h>. The linker has definitions of its own; none is shared, so that a mistake in one shows. A
// loader runs images of one word size, its own: there are no templates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace macho_run {

using Word = uintptr_t;
inline constexpr bool kIs64 = sizeof(Word) == 8;

inline constexpr uint32_t kMagic = kIs64 ? 0xfeedfacf : 0xfeedface;
inline constexpr uint32_t kFatMagic = 0xcafebabe;    // big-endian
inline constexpr uint32_t kFatMagic64 = 0xcafebabf;  // big-endian

#if defined(__x86_64__)
inline constexpr uint32_t kCpuType = 0x01000007;
inline constexpr const char* kCpuName = "x86_64";
#elif defined(__i386__)
inline constexpr uint32_t kCpuType = 7;
inline constexpr const char* kCpuName = "i386";
#elif defined(__aarch64__)
inline constexpr uint32_t kCpuType = 0x0100000c;
inline constexpr const char* kCpuName = "arm64";
#else
#error "no Mach-O CPU"
#endif

enum FileType : uint32_t { kExecute = 2, kDylib = 6, kBundle = 8 };

enum HeaderFlag : uint32_t {
  kSplitSegments = 0x20,
  kTwoLevel = 0x80,
  kWeakDefines = 0x8000,
  kPie = 0x200000,
};

struct Header {
  uint32_t magic, cpu_type, cpu_subtype, file_type, command_count, commands_size, flags;
};
inline constexpr size_t kHeaderSize = sizeof(Header) + (kIs64 ? 4 : 0);

inline constexpr uint32_t kRequired = 0x80000000;  // LC_REQ_DYLD
enum Command : uint32_t {
  kSegment32 = 0x1,
  kSymtab = 0x2,
  kUnixThread = 0x5,
  kDysymtab = 0xb,
  kLoadDylib = 0xc,
  kIdDylib = 0xd,
  kLoadDylinker = 0xe,
  kRoutines32 = 0x11,
  kLoadWeakDylib = 0x18 | kRequired,
  kSegment64 = 0x19,
  kRoutines64 = 0x1a,
  kRpath = 0x1c | kRequired,
  kReexportDylib = 0x1f | kRequired,
  kLazyLoadDylib = 0x20,
  kEncryptionInfo = 0x21,
  kDyldInfo = 0x22,
  kDyldInfoOnly = 0x22 | kRequired,
  kLoadUpwardDylib = 0x23 | kRequired,
  kMain = 0x28 | kRequired,
  kExportsTrie = 0x33 | kRequired,
  kChainedFixups = 0x34 | kRequired,
};
inline constexpr uint32_t kSegmentCommand = kIs64 ? kSegment64 : kSegment32;
inline constexpr uint32_t kRoutinesCommand = kIs64 ? kRoutines64 : kRoutines32;

struct SegmentCommand {
  uint32_t command, size;
  char name[16];
  Word address, memory_size, file_offset, file_size;
  uint32_t maximum_protection, initial_protection, section_count, flags;
};
inline constexpr uint32_t kReadOnlyAfterFixups = 0x10;  // SG_READ_ONLY

struct SectionHeader {
  char name[16], segment[16];
  Word address, size;
  uint32_t offset, alignment, relocations, relocation_count, flags, reserved1, reserved2;
};
inline constexpr size_t kSectionSize = sizeof(SectionHeader) + (kIs64 ? (80 - sizeof(SectionHeader)) : 0);

enum SectionType : uint8_t {
  kZeroFill = 0x1,
  kNonLazyPointers = 0x6,
  kLazyPointers = 0x7,
  kStubs = 0x8,
  kInitPointers = 0x9,
  kTermPointers = 0xa,
  kThreadRegular = 0x11,
  kThreadZeroFill = 0x12,
  kThreadVariables = 0x13,
  kThreadInitPointers = 0x15,
  kInitOffsets = 0x16,
};
inline constexpr uint32_t kHasInstructions = 0x80000400;  // S_ATTR_PURE_INSTRUCTIONS, S_ATTR_SOME_INSTRUCTIONS
inline constexpr uint32_t kSelfModifying = 0x04000000;    // S_ATTR_SELF_MODIFYING_CODE

struct SymbolEntry {
  uint32_t name;
  uint8_t type, section;
  uint16_t description;
  Word value;
};
enum SymbolField : uint16_t {
  kStabMask = 0xe0,
  kTypeMask = 0x0e,
  kExternal = 0x01,
  kUndefinedType = 0x0,
  kAbsoluteType = 0x2,
  kIndirectType = 0xa,
  kSectionType = 0xe,
  kWeakReference = 0x40,
  kWeakDefinition = 0x80,
};

// Library ordinals that are no index, as the binding opcodes have them.
enum Ordinal : int { kSelf = 0, kMainExecutable = -1, kFlat = -2, kWeak = -3 };

struct LinkeditCommand {
  uint32_t command, size, offset, data_size;
};
struct SymtabCommand {
  uint32_t command, size, symbols, symbol_count, strings, strings_size;
};
struct DysymtabCommand {
  uint32_t command, size, first_local, local_count, first_external, external_count, first_undefined, undefined_count,
      contents, contents_count, modules, module_count, references, reference_count, indirect, indirect_count,
      external_relocations, external_relocation_count, local_relocations, local_relocation_count;
};
struct DyldInfoCommand {
  uint32_t command, size, rebase, rebase_size, bind, bind_size, weak_bind, weak_bind_size, lazy_bind, lazy_bind_size,
      exports, exports_size;
};
struct MainCommand {
  uint32_t command, size;
  uint64_t entry_offset, stack_size;
};
inline constexpr uint32_t kIndirectLocal = 0x80000000, kIndirectAbsolute = 0x40000000;

}  // namespace macho_run
