// Android's packed relocations, read back by the rules of its loader.
#include "formats/elf/android_relocs.h"

#include <gtest/gtest.h>

namespace xld::elf {
namespace {

class Unpacker {
 public:
  explicit Unpacker(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  std::vector<AndroidReloc> unpack() {
    EXPECT_EQ(std::string(bytes_.begin(), bytes_.begin() + 4), "APS2");
    next_ = 4;
    std::vector<AndroidReloc> relocs;
    const int64_t count = take();
    AndroidReloc reloc;
    reloc.offset = static_cast<uint64_t>(take());
    while (std::ssize(relocs) < count) {
      const int64_t size = take(), flags = take();
      const uint64_t distance = flags & 2 ? static_cast<uint64_t>(take()) : 0;
      if (flags & 1) reloc.info = static_cast<uint64_t>(take());
      if ((flags & 12) == 12) add(reloc.addend, take());
      if (!(flags & 8)) reloc.addend = 0;
      for (int64_t i = 0; i < size; i++) {
        reloc.offset += flags & 2 ? distance : static_cast<uint64_t>(take());
        if (!(flags & 1)) reloc.info = static_cast<uint64_t>(take());
        if ((flags & 12) == 8) add(reloc.addend, take());
        relocs.push_back(reloc);
      }
    }
    EXPECT_EQ(next_, bytes_.size());
    return relocs;
  }

 private:
  // Sums wrap around, as those of the loader do.
  static void add(int64_t& addend, int64_t difference) {
    addend = static_cast<int64_t>(static_cast<uint64_t>(addend) + static_cast<uint64_t>(difference));
  }

  int64_t take() {
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const uint8_t byte = bytes_[next_++];
      value |= uint64_t{byte & 0x7fu} << shift;
      if (byte & 0x80) continue;
      if (shift < 57 && (byte & 0x40)) value |= ~uint64_t{0} << (shift + 7);
      return static_cast<int64_t>(value);
    }
  }

  std::span<const uint8_t> bytes_;
  size_t next_ = 0;
};

void expect_round_trip(const std::vector<AndroidReloc>& relocs, size_t largest_size) {
  const std::vector<uint8_t> packed = pack_android_relocs(relocs);
  EXPECT_LE(packed.size(), largest_size);
  const std::vector<AndroidReloc> read = Unpacker(packed).unpack();
  ASSERT_EQ(read.size(), relocs.size());
  for (size_t i = 0; i < relocs.size(); i++) {
    EXPECT_EQ(read[i].offset, relocs[i].offset) << i;
    EXPECT_EQ(read[i].info, relocs[i].info) << i;
    EXPECT_EQ(read[i].addend, relocs[i].addend) << i;
  }
}

TEST(AndroidRelocs, AreFewBytesInARow) {
  std::vector<AndroidReloc> relocs;
  for (uint64_t i = 0; i < 1000; i++) relocs.push_back({0x10000 + i * 8, 8, 0});
  expect_round_trip(relocs, 32);
  for (AndroidReloc& reloc : relocs) reloc.addend = 0x4000;
  expect_round_trip(relocs, 40);
}

TEST(AndroidRelocs, ComeBackAsTheyWere) {
  std::vector<AndroidReloc> relocs;
  uint64_t state = 1;
  for (int i = 0; i < 5000; i++) {
    state = state * 6364136223846793005 + 1442695040888963407;
    const uint64_t word = state >> 33;
    const uint64_t distance = word % 3 == 0 ? 8 : 8 + word % 2000;
    relocs.push_back({(relocs.empty() ? 0x1000 : relocs.back().offset) + distance,
                      word % 5 == 0 ? (word % 90) << 32 | 6 : 8,
                      word % 4 == 0 ? 0 : static_cast<int64_t>(word) - (1 << 30)});
  }
  expect_round_trip(relocs, 5000 * 24);
}

TEST(AndroidRelocs, MayBeAnything) {
  expect_round_trip({}, 6);
  expect_round_trip({{UINT64_MAX, UINT64_MAX, INT64_MIN}, {0, 0, INT64_MAX}, {1, 7, -1}}, 80);
  expect_round_trip({{16, 1, 5}, {16, 1, 5}, {16, 1, 5}, {16, 1, 5}, {8, 1, 5}, {0, 2, 0}}, 40);
}

}  // namespace
}  // namespace xld::elf
