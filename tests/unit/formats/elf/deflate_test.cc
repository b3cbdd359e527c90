// deflate_fast() against zlib's inflate: every kind of block, every shape of code, pieces that are joined.
#include "formats/elf/deflate.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <utility>
#include <zlib.h>

namespace xld::elf {
namespace {

// What zlib makes of a raw deflate stream, or why it cannot.
std::string inflate_text(const std::vector<uint8_t>& stream, size_t size) {
  std::string text(size + 1, '\0');
  z_stream state{};
  EXPECT_EQ(inflateInit2(&state, -15), Z_OK);
  state.next_in = const_cast<Bytef*>(stream.data());
  state.avail_in = static_cast<uInt>(stream.size());
  state.next_out = reinterpret_cast<Bytef*>(text.data());
  state.avail_out = static_cast<uInt>(text.size());
  const int status = inflate(&state, Z_FINISH);
  text.resize(state.total_out);
  const bool is_whole = status == Z_STREAM_END && state.avail_in == 0;
  inflateEnd(&state);
  return is_whole ? text : "status " + std::to_string(status);
}

// Compresses in pieces of `piece` bytes, which zlib then expands as one stream.
void expect_round_trip(const std::string& text, size_t piece = SIZE_MAX) {
  std::vector<uint8_t> stream;
  for (size_t i = 0; i == 0 || i < text.size(); i += std::min(piece, text.size() - i + 1)) {
    const Bytes bytes = as_bytes(text).subspan(i, std::min(piece, text.size() - i));
    const auto part = deflate_fast(bytes, i + bytes.size() == text.size());
    stream.insert(stream.end(), part.begin(), part.end());
  }
  EXPECT_TRUE(inflate_text(stream, text.size()) == text) << text.size() << " bytes in pieces of " << piece;
}

std::string random_text(std::mt19937& random, size_t size, unsigned letters) {
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random() % letters);
  return text;
}

TEST(Deflate, ExpandsToWhatItWas) {
  std::mt19937 random(1);
  for (const size_t size : {0, 1, 2, 3, 4, 7, 8, 9, 15, 255, 256, 300, 32767, 32769, 70000, 300000})
    for (const unsigned letters : {1, 2, 5, 40, 256}) {
      auto text = random_text(random, size, letters);
      expect_round_trip(text);
      expect_round_trip(text + text);
      expect_round_trip(text, size / 3 + 1);
    }
}

TEST(Deflate, FindsMatchesOfEveryLengthAtEveryDistance) {
  std::mt19937 random(2);
  std::string text;
  for (size_t distance = 1; distance < 40000; distance += distance / 7 + 1) {
    text = random_text(random, 40000, 256);
    for (size_t length = 3; length < 600; length += length / 5 + 1)
      text += text.substr(text.size() - distance, std::min(length, distance));
    expect_round_trip(text);
  }
}

TEST(Deflate, LimitsTheLengthOfCodes) {
  // Fibonacci numbers as frequencies make the deepest tree; without limit_lengths() its codes would have 24 bits.
  std::string text;
  size_t count = 1, next = 1;
  for (char letter = 0; letter < 18; letter++) {
    text.append(count, letter);
    next += std::exchange(count, next);
  }
  std::shuffle(text.begin(), text.end(), std::mt19937(3));
  expect_round_trip(text);
  for (int skew = 1; skew < 12; skew++) {
    std::mt19937 random(static_cast<unsigned>(skew));
    std::string skewed(200000, '\0');
    for (char& c : skewed) c = static_cast<char>(255 * std::pow(static_cast<double>(random()) / 4294967296.0, skew));
    expect_round_trip(skewed);
  }
}

TEST(Deflate, DoesNotGrowWhatCannotShrink) {
  std::mt19937 random(4);
  const auto text = random_text(random, 500000, 256);
  EXPECT_LE(deflate_fast(as_bytes(text), true).size(), text.size() + text.size() / 1000);
}

TEST(Deflate, IsAsSmallAsTheFastestLevelOfZlib) {
  std::string text;
  for (int i = 0; i < 40000; i++) text += "name_" + std::to_string(i * i % 7919) + (i % 3 ? "\0\1" : " of ");
  uLongf size = compressBound(text.size());
  std::string other(size, '\0');
  compress2(reinterpret_cast<Bytef*>(other.data()), &size, reinterpret_cast<const Bytef*>(text.data()), text.size(), 1);
  EXPECT_LE(deflate_fast(as_bytes(text), true).size(), size + size / 20);
}

}  // namespace
}  // namespace xld::elf
