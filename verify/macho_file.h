// A decoded Mach-O file: load commands, segments, sections, symbols and the tables of __LINKEDIT, alike for 32 and 64
// bit.
//
// Decoded here with the constants and structures of LLVM's BinaryFormat/MachO.h; that LLVM Object itself accepts the
// file is a rule of its own. What cannot be decoded is left out and named in `read_errors`, which the rule
// `macho-readable` reports; the other rules judge what is left.
#pragma once

#include <cstdint>
#include <llvm/BinaryFormat/MachO.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"

namespace xld::verify {

namespace MachO = llvm::MachO;

struct MachoCommand {
  uint32_t index, kind;
  Bytes bytes;
};

struct MachoSection {
  uint32_t index;  // from 1, as symbols count
  std::string segment, name;
  uint64_t address, size;
  uint32_t offset, alignment, relocation_offset, relocation_count, flags, reserved1, reserved2;
  Bytes contents;  // empty for zero-fill and for sections outside the file

  uint8_t type() const { return static_cast<uint8_t>(flags & MachO::SECTION_TYPE); }
  bool is_zero_fill() const {
    return type() == MachO::S_ZEROFILL || type() == MachO::S_GB_ZEROFILL || type() == MachO::S_THREAD_LOCAL_ZEROFILL;
  }
  bool has_code() const { return (flags & (MachO::S_ATTR_PURE_INSTRUCTIONS | MachO::S_ATTR_SOME_INSTRUCTIONS)) != 0; }
};

struct MachoSegment {
  std::string name;
  uint64_t address, memory_size, offset, file_size;
  uint32_t maximum, initial, flags;
  size_t first_section, section_count;  // in MachoFile::sections

  bool is_writable() const { return (initial & MachO::VM_PROT_WRITE) != 0; }
  bool is_executable() const { return (initial & MachO::VM_PROT_EXECUTE) != 0; }
  uint64_t end() const { return address + memory_size; }
};

struct MachoSymbol {
  std::optional<std::string_view> name;  // nothing: outside the string table
  uint8_t type, section;
  uint16_t description;
  uint64_t value;

  bool is_stab() const { return (type & MachO::N_STAB) != 0; }
  bool is_external() const { return (type & MachO::N_EXT) != 0; }
  bool is_private() const { return (type & MachO::N_PEXT) != 0; }
  uint8_t kind() const { return type & MachO::N_TYPE; }
  bool is_defined() const { return kind() != MachO::N_UNDF && kind() != MachO::N_PBUD; }
};

struct MachoLibrary {
  uint32_t command;
  std::string name;
};

// A table of __LINKEDIT. `rank` is its place in the order that strip and install_name_tool insist on.
struct LinkeditPart {
  const char* name;
  uint64_t offset, size;
  uint32_t rank, alignment;
};

// One place that the loader changes.
struct MachoFixup {
  enum class Kind : uint8_t { Rebase, Bind, WeakBind, LazyBind };
  Kind kind;
  uint64_t address;
  uint32_t size;
  uint64_t target;        // of a rebase: where it will point, without slide
  int ordinal;            // of a bind
  std::string_view name;  // of a bind
  bool is_text;           // a fixup that may change code (i386)
};

struct MachoFile {
  Bytes bytes;
  bool is_64 = true;
  uint32_t cpu = 0, cpu_subtype = 0, type = 0, flags = 0, command_count = 0, commands_size = 0;
  std::vector<std::string> read_errors;
  std::vector<MachoCommand> commands;
  std::vector<MachoSegment> segments;
  std::vector<MachoSection> sections;
  std::vector<MachoSymbol> symbols;
  std::vector<uint32_t> indirect;
  std::vector<MachoLibrary> libraries;
  std::vector<std::string> rpaths;
  std::vector<LinkeditPart> parts;
  std::vector<MachoFixup> fixups;
  std::vector<std::string> fixup_errors;  // what of the fixups cannot be followed: rule `macho-fixups`
  std::optional<MachO::symtab_command> symtab;
  std::optional<MachO::dysymtab_command> dysymtab;
  std::optional<MachO::dyld_info_command> dyld_info;
  // Versions are major << 16 | minor << 8 | patch; 0 if no command says.
  uint32_t minimum_os = 0, sdk = 0, platform = 0;

  bool is_object() const { return type == MachO::MH_OBJECT; }
  bool is_executable() const { return type == MachO::MH_EXECUTE; }
  bool is_library() const { return type == MachO::MH_DYLIB || type == MachO::MH_BUNDLE; }
  bool is_arm64() const { return cpu == MachO::CPU_TYPE_ARM64; }
  bool is_mac() const { return platform == MachO::PLATFORM_MACOS; }
  uint32_t word() const { return is_64 ? 8 : 4; }
  uint64_t page() const { return is_arm64() ? 0x4000 : 0x1000; }

  const MachoCommand* find_command(uint32_t kind) const;
  // The table that a linkedit_data_command names; empty if there is none.
  Bytes linkedit_data(uint32_t kind) const;
  const MachoSegment* find_segment(std::string_view name) const;
  const MachoSegment* header_segment() const;
  const MachoSegment* segment_at(uint64_t address, uint64_t size) const;
  const MachoSection* find_section(std::string_view segment, std::string_view name) const;
  const MachoSection* section_at(uint64_t address) const;
  std::optional<Bytes> bytes_at(uint64_t address, uint64_t size) const;
  std::optional<uint64_t> word_at(uint64_t address) const;
};

constexpr uint32_t version_number(uint32_t major, uint32_t minor) {
  return major << 16 | minor << 8;
}

std::string describe(const MachoSegment& segment);
std::string describe(const MachoSection& section);
std::string describe(const MachoSymbol& symbol, size_t index);

// An error: not a Mach-O file of one of the CPUs.
Result<MachoFile> read_macho(Bytes bytes);

// All of them; what cannot be followed is described in `errors`. read_macho has done it.
std::vector<MachoFixup> collect_fixups(const MachoFile& file, std::vector<std::string>& errors);

// Reading the numbers of dyld's tables; after a number that is cut off all is zero and `failed` is set.
class LebReader {
 public:
  LebReader(Bytes bytes, uint64_t at) : bytes_(bytes), at_(at) { failed_ = at > bytes.size(); }

  bool failed() const { return failed_; }
  bool at_end() const { return failed_ || at_ >= bytes_.size(); }
  uint64_t offset() const { return at_; }
  uint8_t byte();
  uint64_t uleb();
  int64_t sleb();
  std::string_view string();

 private:
  Bytes bytes_;
  uint64_t at_;
  bool failed_;
};

}  // namespace xld::verify
