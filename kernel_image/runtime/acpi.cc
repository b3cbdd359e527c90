// Sleep state S5, soft off: its number is in the DSDT, and the register it is written to in the FADT.
//
// Specification: ACPI 6.4, 5.2.5 (RSDP), 5.2.9 (FADT), 4.8.3.2 (PM1 control), 4.8.3.7 (sleep control), 20.2 (AML).
// There is no interpreter here: \_S5 is a package of constants in all firmware that we know, and is found by its name.
#include "kernel_image/runtime/acpi.h"

#include "kernel_image/runtime/address_space.h"
#include "kernel_image/runtime/physical_view.h"

namespace xrt XRT_HIDDEN {

namespace {

constexpr uint64_t kHeaderSize = 36;
constexpr uint32_t kLongestTable = 1 << 20;  // what is longer is damaged

constexpr uint32_t signature(const char (&text)[5]) {
  return static_cast<uint32_t>(text[0]) | static_cast<uint32_t>(text[1]) << 8 | static_cast<uint32_t>(text[2]) << 16 |
         static_cast<uint32_t>(text[3]) << 24;
}

// Length of the table at an address, or 0 if it is another table or none.
uint32_t length_of(uint64_t table, uint32_t wanted) {
  if (table == 0) return 0;
  const PhysicalView header(table, kHeaderSize);
  const uint32_t length = header.read<uint32_t>(4);
  return header.read<uint32_t>(0) == wanted && length >= kHeaderSize && length <= kLongestTable ? length : 0;
}

uint64_t find_fadt(uint64_t root) {
  const PhysicalView pointer(root, kHeaderSize);
  const bool is_extended = pointer.read<uint8_t>(15) >= 2;
  const uint64_t list = is_extended ? pointer.read<uint64_t>(24) : pointer.read<uint32_t>(16);
  const uint32_t length = length_of(list, is_extended ? signature("XSDT") : signature("RSDT"));
  if (length == 0) return 0;
  const PhysicalView entries(list, length);
  const uint64_t size = is_extended ? sizeof(uint64_t) : sizeof(uint32_t);
  for (uint64_t offset = kHeaderSize; offset + size <= length; offset += size) {
    const uint64_t table = is_extended ? entries.read<uint64_t>(offset) : entries.read<uint32_t>(offset);
    if (length_of(table, signature("FACP")) != 0) return table;
  }
  return 0;
}

struct SleepTypes {
  bool is_known;
  uint8_t a, b;
};

// One integer constant of AML at an offset, which moves behind it.
uint8_t read_constant(const PhysicalView& code, uint64_t& offset) {
  constexpr uint8_t kBytePrefix = 0x0a;
  const uint8_t first = code.read<uint8_t>(offset++);
  return first == kBytePrefix ? code.read<uint8_t>(offset++) : first;  // else the opcodes Zero and One, 0 and 1
}

SleepTypes find_sleep_types(uint64_t dsdt) {
  constexpr uint8_t kPackage = 0x12;
  const uint32_t length = length_of(dsdt, signature("DSDT"));
  if (length == 0) return {};
  const PhysicalView code(dsdt, length);
  for (uint64_t i = kHeaderSize; i + 4 < length; ++i) {
    if (code.read<uint32_t>(i) != signature("_S5_") || code.read<uint8_t>(i + 4) != kPackage) continue;
    uint64_t offset = i + 5;
    offset += 1 + (code.read<uint8_t>(offset) >> 6);  // the length of the package: the top bits say of how many bytes
    ++offset;                                         // the number of elements
    const uint8_t a = read_constant(code, offset);
    return {true, a, read_constant(code, offset)};
  }
  return {};
}

// Tells the firmware that an operating system is there, if it waits for that.
void enable_acpi(const PhysicalView& fadt, uint16_t control) {
  constexpr uint8_t kEnabled = 1;
  const auto command = static_cast<uint16_t>(fadt.read<uint32_t>(48));
  if (command == 0 || (read_port8(control) & kEnabled)) return;
  write_port8(command, fadt.read<uint8_t>(52));
  for (int i = 0; i < 100000 && !(read_port8(control) & kEnabled); ++i) {
  }
}

void write_sleep_control(const PhysicalView& fadt, uint8_t type) {
  constexpr uint8_t kSystemMemory = 0, kSystemPort = 1;
  const auto value = static_cast<uint8_t>(type << 2 | 1 << 5);
  const uint8_t space = fadt.read<uint8_t>(244);
  const uint64_t address = fadt.read<uint64_t>(248);
  if (space == kSystemPort) write_port8(static_cast<uint16_t>(address), value);
  if (space != kSystemMemory || address == 0) return;
  void* place = xrt_map_physical(address, 1);
  if (!xrt_failed(place)) *static_cast<volatile uint8_t*>(place) = value;
}

void write_control(const PhysicalView& fadt, SleepTypes types) {
  const auto a = static_cast<uint16_t>(fadt.read<uint32_t>(64));
  const auto b = static_cast<uint16_t>(fadt.read<uint32_t>(68));
  if (a == 0) return;
  enable_acpi(fadt, a);
  constexpr uint16_t kSleepEnable = 1 << 13;
  write_port16(a, static_cast<uint16_t>(types.a << 10 | kSleepEnable));
  if (b != 0) write_port16(b, static_cast<uint16_t>(types.b << 10 | kSleepEnable));
}

}  // namespace

void power_off_by_acpi() {
  constexpr uint32_t kHardwareReduced = 1 << 20;
  if (boot_facts.acpi_root == 0) return;
  const uint64_t table = find_fadt(boot_facts.acpi_root);
  const uint32_t length = length_of(table, signature("FACP"));
  if (length == 0) return;
  const PhysicalView fadt(table, length);
  const uint64_t long_dsdt = fadt.read<uint64_t>(140);
  const SleepTypes types = find_sleep_types(long_dsdt != 0 ? long_dsdt : fadt.read<uint32_t>(40));
  if (!types.is_known) return;
  if (fadt.read<uint32_t>(112) & kHardwareReduced)
    write_sleep_control(fadt, types.a);
  else
    write_control(fadt, types);
}

}  // namespace xrt XRT_HIDDEN
