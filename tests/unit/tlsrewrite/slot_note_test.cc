// The note by which an object names its runtime slots.
#include "tlsrewrite/slot_note.h"

#include <cstring>
#include <gtest/gtest.h>

namespace xld {
namespace {

std::vector<uint8_t> note(std::string_view owner, uint32_t type, std::string_view descriptor) {
  const uint32_t header[] = {static_cast<uint32_t>(owner.size() + 1), static_cast<uint32_t>(descriptor.size()), type};
  std::vector<uint8_t> bytes(sizeof header);
  std::memcpy(bytes.data(), header, sizeof header);
  for (const std::string_view part : {owner, descriptor}) {
    bytes.insert(bytes.end(), part.begin(), part.end());
    if (part.data() == owner.data()) bytes.push_back(0);
    while (bytes.size() % 4 != 0) bytes.push_back(0);
  }
  return bytes;
}

using namespace std::string_view_literals;

TEST(SlotNote, SaysANameAndAnIndex) {
  auto bytes = note("xld", 1, "\1\0\0\0runtime_m\0"sv);
  const auto other = note("GNU", 1, "\0\0\0\0"sv), unknown = note("xld", 99, "?"sv);
  bytes.insert(bytes.end(), other.begin(), other.end());
  bytes.insert(bytes.end(), unknown.begin(), unknown.end());
  const auto requests = read_slot_notes(bytes);
  ASSERT_TRUE(requests);
  ASSERT_EQ(requests->size(), 1);
  EXPECT_EQ((*requests)[0].name, "runtime_m");
  EXPECT_EQ((*requests)[0].index, 1);
}

TEST(SlotNote, IsReadAsItIsMade) {
  const auto bytes = make_slot_note({"runtime_g", 1});
  EXPECT_EQ(bytes, note("xld", 1, "\1\0\0\0runtime_g\0"sv));
}

TEST(SlotNote, DamagedOnesAreErrors) {
  const auto whole = note("xld", 1, "\0\0\0\0name\0"sv);
  for (size_t size = 1; size < whole.size() - 3; size++)
    EXPECT_FALSE(read_slot_notes(Bytes(whole).first(size))) << "of " << size << " bytes";
  for (const std::string_view descriptor : {""sv, "\0\0\0\0"sv, "\0\0\0\0\0"sv, "\0\0\0\0name"sv})
    EXPECT_FALSE(read_slot_notes(note("xld", 1, descriptor)));
}

}  // namespace
}  // namespace xld
