// The targets: one row each, with all that is known of an operating system on a CPU.
//
// Sources: the systems' ABI documents and headers (elf_machdep.h, exec_elf.h, elf_common.h), what their own toolchains
// write, and for the runtime slots the linkers of the historical Go toolchain (6l, 8l), which had them first. A row
// says what differs; passes read the row and do not ask which it is.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/target.h"

namespace xld {

// A note by which a kernel knows its programs. Systems refuse or misread files without theirs.
struct IdentificationNote {
  std::string_view section;
  std::string_view owner;
  uint32_t type = 0;
  uint32_t value = 0;  // a version, mostly
};

// A section that gets a program header of its own on some system.
struct SystemSegment {
  std::string_view section;
  uint32_t type = 0;  // p_type
};

// Where thread-local data is: the variants of "ELF Handling For Thread-Local Storage" §3, or behind descriptors that
// the loader fills in. With either variant of the former, the word at the thread register is its own address.
enum class TlsVariant : uint8_t { None, AboveThreadPointer, BelowThreadPointer, Descriptors };

enum class ThreadRegister : uint8_t { None, Fs, Gs, TpidrroEl0, TpidrEl0 };

struct TargetRow {
  std::string_view name;             // of --target
  std::string_view historical = {};  // of -H
  ObjectFormat format;
  Cpu cpu;
  OperatingSystem os;
  uint8_t os_abi = 0;  // EI_OSABI
  std::string_view interpreter = {};
  std::string_view symbol_prefix = {};  // what a name of C begins with
  std::string_view entry = {};
  std::string_view second_entry = {};  // where a program starts that has no `entry`
  uint64_t image_base = 0;             // of a program that is not position independent
  uint64_t page_size = 0x1000;
  ThreadRegister thread_register = ThreadRegister::None;
  TlsVariant tls_variant = TlsVariant::None;
  // Where the runtime's two thread-local words are, counted from the thread register; see tlsrewrite.
  int32_t first_slot = 0, second_slot = 0;
  std::span<const IdentificationNote> notes = {};
  std::span<const SystemSegment> segments = {};
  std::string_view search_paths = {};  // separated by ':'; what the system's own linker searches
};

inline constexpr uint32_t kRuntimeSlotCount = 2;

constexpr bool has_runtime_slots(const TargetRow& row) {
  return row.first_slot != row.second_slot;
}

std::span<const TargetRow> target_rows();

// The first row that fits what is known (Unknown fits all): of several systems that is Linux. Null: the combination is
// none of the table.
const TargetRow* find_target_row(ObjectFormat format, Cpu cpu, OperatingSystem os);

std::string_view thread_register_name(ThreadRegister thread_register);
std::string_view format_name(ObjectFormat format);
std::string_view tls_variant_name(TlsVariant variant);

}  // namespace xld
