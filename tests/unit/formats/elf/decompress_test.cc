// Compressed sections: both kinds and both headers, wrong sizes, damaged data.
#include "formats/elf/decompress.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>
#include <zlib.h>
#include <zstd.h>

namespace xld::elf {
namespace {

std::string deflate_text(std::string_view text) {
  uLongf size = compressBound(text.size());
  std::string result(size, '\0');
  compress(reinterpret_cast<Bytef*>(result.data()), &size, reinterpret_cast<const Bytef*>(text.data()), text.size());
  result.resize(size);
  return result;
}

std::string zstd_text(std::string_view text) {
  std::string result(ZSTD_compressBound(text.size()), '\0');
  result.resize(ZSTD_compress(result.data(), result.size(), text.data(), text.size(), 3));
  return result;
}

template <class T>
std::string little(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof(T)};
}

std::string chdr64(uint32_t type, uint64_t size, uint64_t alignment = 8) {
  return little(type) + little<uint32_t>(0) + little(size) + little(alignment);
}

std::string chdr32(uint32_t type, uint32_t size) {
  return little(type) + little(size) + little<uint32_t>(4);
}

std::string expand(const Result<CompressedSection>& section) {
  if (!section) return "error: " + section.error().message;
  std::vector<uint8_t> output(section->size);
  if (const auto error = decompress(*section, output)) return "error: " + error->message;
  return {output.begin(), output.end()};
}

std::string expand64(const std::string& contents) {
  return expand(read_compressed_section(as_bytes(contents), true));
}

std::string sample() {
  std::string text;
  for (int i = 0; i < 20000; i++) text += std::to_string(i * i) + " ";
  return text;
}

TEST(Decompress, ExpandsBothKindsWithBothHeaders) {
  const auto text = sample();
  const auto size = static_cast<uint32_t>(text.size());
  EXPECT_EQ(expand64(chdr64(1, size) + deflate_text(text)), text);
  EXPECT_EQ(expand64(chdr64(2, size) + zstd_text(text)), text);
  EXPECT_EQ(expand(read_compressed_section(as_bytes(chdr32(1, size) + deflate_text(text)), false)), text);
  const auto contents = chdr64(1, 1, 16) + deflate_text("x");
  EXPECT_EQ(read_compressed_section(as_bytes(contents), true)->alignment, 16u);
}

TEST(Decompress, ExpandsZdebug) {
  const auto contents = std::string("ZLIB\0\0\0\0\0\0\0\3", 12) + deflate_text("abc");
  EXPECT_EQ(expand(read_zdebug_section(as_bytes(contents))), "abc");
  EXPECT_FALSE(read_zdebug_section(as_bytes("ZLIB")));
  EXPECT_FALSE(read_zdebug_section(as_bytes("XLIB00000000xxx")));
}

TEST(Decompress, ExpandsConcatenatedStreamsAndEmptySections) {
  EXPECT_EQ(expand64(chdr64(1, 6) + deflate_text("abc") + deflate_text("def")), "abcdef");
  EXPECT_EQ(expand64(chdr64(2, 6) + zstd_text("abc") + zstd_text("def")), "abcdef");
  EXPECT_EQ(expand64(chdr64(1, 0) + deflate_text("")), "");
  EXPECT_EQ(expand64(chdr64(2, 0) + zstd_text("")), "");
}

TEST(Decompress, BelievesNoSizeThatCannotBe) {
  for (const uint32_t type : {1, 2}) {
    const auto data = type == 1 ? deflate_text("abc") : zstd_text("abc");
    for (const uint64_t size : {uint64_t{1} << 40, UINT64_MAX, uint64_t{1} << 63}) {
      const auto contents = chdr64(type, size) + data;
      EXPECT_FALSE(read_compressed_section(as_bytes(contents), true)) << type << " " << size;
    }
  }
  const std::string zeros(50 << 20, '\0');  // near the largest ratio of deflate
  EXPECT_EQ(expand64(chdr64(1, zeros.size()) + deflate_text(zeros)), zeros);
  EXPECT_EQ(expand64(chdr64(2, zeros.size()) + zstd_text(zeros)), zeros);
}

TEST(Decompress, ReportsWrongSizes) {
  EXPECT_EQ(expand64(chdr64(1, 2) + deflate_text("abc")),
            "error: its zlib data holds more than its compression header says");
  EXPECT_EQ(expand64(chdr64(1, 4) + deflate_text("abc")), "error: its zlib data ends 1 bytes early");
  EXPECT_EQ(expand64(chdr64(2, 2) + zstd_text("abc")),
            "error: its zstd frame holds 3 bytes, its compression header says 2");
  EXPECT_EQ(expand64(chdr64(2, 4) + zstd_text("abc")), "error: its zstd data ends 1 bytes early");
}

TEST(Decompress, ReportsBadHeaders) {
  EXPECT_EQ(expand64("short"), "error: it is too small for a compression header");
  EXPECT_EQ(expand64(chdr64(3, 4)), "error: it has compression type 3; xld knows zlib (1) and zstd (2)");
  EXPECT_EQ(expand64(chdr64(1, 4, 3) + "x"), "error: its compression header has the alignment 3, not a power of two");
}

TEST(Decompress, EveryPrefixAndFlippedByteIsHarmless) {
  const auto text = sample().substr(0, 300);
  for (const auto& contents : {chdr64(1, 300) + deflate_text(text), chdr64(2, 300) + zstd_text(text)}) {
    for (size_t i = 0; i < contents.size(); i++) {
      EXPECT_NE(expand64(contents.substr(0, i)), text);
      auto changed = contents;
      changed[i] = static_cast<char>(changed[i] ^ 0x11);
      if (i < 8 || i >= 16) expand64(changed);
    }
  }
}

}  // namespace
}  // namespace xld::elf
