// The target table: every row is whole, and agrees with what its CPU and system have.
#include "core/target_table.h"

#include <gtest/gtest.h>
#include <set>

namespace xld {
namespace {

int32_t word_size(const TargetRow& row) {
  return row.cpu == Cpu::I386 ? 4 : 8;
}

TEST(TargetTable, RowsAreWholeAndDistinct) {
  std::set<std::string_view> names;
  for (const TargetRow& row : target_rows()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_FALSE(row.historical.empty() || row.entry.empty()) << row.name;
    EXPECT_EQ(row.image_base % row.page_size, 0) << row.name;
    EXPECT_EQ(row.interpreter.empty(), row.os == OperatingSystem::None) << row.name;
    EXPECT_EQ(find_target_row(row.format, row.cpu, row.os), &row) << row.name << " is hidden by another row";
  }
}

TEST(TargetTable, ThreadRegistersAreThoseOfTheSystems) {
  for (const TargetRow& row : target_rows()) {
    const bool is_elf = row.format == ObjectFormat::Elf;
    EXPECT_EQ(row.tls_variant, is_elf ? TlsVariant::BelowThreadPointer : TlsVariant::Descriptors) << row.name;
    if (row.cpu == Cpu::Arm64) continue;
    const bool is_fs = is_elf && row.cpu == Cpu::X86_64;
    EXPECT_EQ(row.thread_register, is_fs ? ThreadRegister::Fs : ThreadRegister::Gs) << row.name;
  }
}

// Two neighbouring words; those of ELF end at the thread pointer, where the static thread-local block ends, too.
TEST(TargetTable, SlotsAreNeighbours) {
  for (const TargetRow& row : target_rows()) {
    EXPECT_EQ(has_runtime_slots(row), row.cpu != Cpu::Arm64) << row.name;
    if (!has_runtime_slots(row)) continue;
    EXPECT_EQ(row.second_slot - row.first_slot, word_size(row)) << row.name;
    const bool ends_at_pointer = row.second_slot + word_size(row) == 0;
    EXPECT_EQ(ends_at_pointer, row.format == ObjectFormat::Elf) << row.name;
  }
}

// The values of the historical linkers' documents.
TEST(TargetTable, DarwinSlots) {
  const TargetRow* wide = find_target_row(ObjectFormat::MachO, Cpu::X86_64, OperatingSystem::Darwin);
  const TargetRow* narrow = find_target_row(ObjectFormat::MachO, Cpu::I386, OperatingSystem::Darwin);
  ASSERT_TRUE(wide && narrow);
  EXPECT_EQ(wide->first_slot, 0x60 + 8 * 0x108);
  EXPECT_EQ(narrow->first_slot, 0x48 + 4 * 0x108);
}

}  // namespace
}  // namespace xld
