// Hashing of names: symbol names and merged strings, 64 bits, one pass that also finds the terminating NUL.
//
// A name is cut into blocks of 32 bytes; the last one has 0 to 31 and is padded with zeros. Each block is two pairs of
// words whose keyed 128-bit products are folded into the state; the products of a name do not wait for each other.
// The length enters at the end and tells the padding from real zeros.
//
// The keys are known, so an input can be made whose names collide. Tables count their steps (ProbeLimit) and keep what
// takes too many of them in a sorted map.
//
// The values differ between byte orders and may change between versions; that is harmless, because nothing
// a link produces depends on them: ids and orders come from input order, hashes only find equals.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/bytes.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace xld {

struct HashedName {
  std::string_view name;  // without the NUL
  uint64_t hash = 0;

  // False: no NUL before the end of the table.
  bool is_terminated() const { return name.data() != nullptr; }
};

// How far a look-up in an open-addressed table goes. Hashes of ordinary names stay far below both numbers.
class ProbeLimit {
 public:
  // False: too many slots have been passed, or too many names with an equal hash.
  bool allows_step(bool is_equal_hash) {
    slots_++;
    equal_hashes_ += is_equal_hash;
    return slots_ < 4096 && equal_hashes_ < 16;
  }

 private:
  uint32_t slots_ = 0;
  uint32_t equal_hashes_ = 0;
};

namespace hash_detail {

// Digits of e and pi, made odd: any numbers without pattern do.
constexpr uint64_t kKeyA = 0xb7e151628aed2a6b;
constexpr uint64_t kKeyB = 0x243f6a8885a308d3;
constexpr uint64_t kKeyC = 0x13198a2e03707345;
constexpr uint64_t kKeyD = 0xa4093822299f31d1;
constexpr uint64_t kStart = 0x452821e638d01377;
constexpr uint64_t kLength = 0x9e3779b97f4a7c15;

// 32 ones, then 32 zeros: loaded n bytes before the middle it keeps the first n bytes of a block.
constexpr std::array<uint8_t, 64> kTailMask = [] {
  std::array<uint8_t, 64> mask{};
  for (size_t i = 0; i < 32; i++) mask[i] = 0xff;
  return mask;
}();

inline uint64_t multiply_fold(uint64_t a, uint64_t b) {
#ifdef __SIZEOF_INT128__
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
#else
  const uint64_t low_a = a & 0xffffffff, high_a = a >> 32, low_b = b & 0xffffffff, high_b = b >> 32;
  const uint64_t middle = low_a * high_b + ((low_a * low_b) >> 32);
  const uint64_t cross = high_a * low_b + (middle & 0xffffffff);
  return (a * b) ^ (high_a * high_b + (middle >> 32) + (cross >> 32));
#endif
}

struct Block {
  uint64_t words[4];
};

inline uint64_t add_block(uint64_t state, const Block& block) {
  const auto& w = block.words;
  return std::rotl(state, 23) ^ multiply_fold(w[0] ^ kKeyA, w[1] ^ kKeyB) ^ multiply_fold(w[2] ^ kKeyC, w[3] ^ kKeyD);
}

inline uint64_t finish(uint64_t state, size_t length) {
  return multiply_fold(state ^ kKeyB, (kLength * (length + 1)) ^ kKeyA);
}

// The first 0..8 bytes of `size` as a word; overlapping loads instead of a copy of variable length.
inline uint64_t load_word(const uint8_t* p, size_t size) {
  if (size >= 8) return load<uint64_t>(p);
  if (size >= 4) return load<uint32_t>(p) | uint64_t{load<uint32_t>(p + size - 4)} << (8 * (size - 4));
  uint64_t word = 0;
  for (size_t i = 0; i < size; i++) word |= uint64_t{p[i]} << (8 * i);
  return word;
}

// The last 0..31 bytes.
inline Block load_tail(const uint8_t* p, size_t size) {
  Block block{};
  for (size_t i = 0; i * 8 < size; i++) block.words[i] = load_word(p + i * 8, size - i * 8);
  return block;
}

}  // namespace hash_detail

inline uint64_t hash_name(std::string_view name) {
  using namespace hash_detail;
  const auto* p = reinterpret_cast<const uint8_t*>(name.data());
  uint64_t state = kStart;
  size_t rest = name.size();
  for (; rest >= sizeof(Block); rest -= sizeof(Block), p += sizeof(Block)) state = add_block(state, load<Block>(p));
  return finish(add_block(state, load_tail(p, rest)), name.size());
}

inline uint64_t hash_bytes(Bytes bytes) {
  return hash_name(as_text(bytes));
}

// The string at `begin` and hash_name of it; `end` is the end of its table, at and after which nothing is read.
inline HashedName hash_c_string(const uint8_t* begin, const uint8_t* end) {
  using namespace hash_detail;
  const uint8_t* p = begin;
  uint64_t state = kStart;
#ifdef __SSE2__
  for (; static_cast<size_t>(end - p) >= sizeof(Block); p += sizeof(Block)) {
    const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p) + 1);
    const auto zeros = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(low, _mm_setzero_si128()))) |
                       static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(high, _mm_setzero_si128()))) << 16;
    if (zeros == 0) {
      state = add_block(state, load<Block>(p));
      continue;
    }
    const auto rest = static_cast<size_t>(std::countr_zero(zeros));
    const auto* const mask = reinterpret_cast<const __m128i*>(kTailMask.data() + sizeof(Block) - rest);
    Block tail;
    _mm_storeu_si128(reinterpret_cast<__m128i*>(tail.words), _mm_and_si128(low, _mm_loadu_si128(mask)));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(tail.words) + 1, _mm_and_si128(high, _mm_loadu_si128(mask + 1)));
    const size_t length = static_cast<size_t>(p - begin) + rest;
    return {{reinterpret_cast<const char*>(begin), length}, finish(add_block(state, tail), length)};
  }
#endif
  // The last bytes of the table, or a CPU without SSE2.
  const void* const nul = p == end ? nullptr : std::memchr(p, 0, static_cast<size_t>(end - p));
  if (!nul) return {};
  const std::string_view name(reinterpret_cast<const char*>(begin),
                              static_cast<size_t>(static_cast<const uint8_t*>(nul) - begin));
  for (; name.size() - static_cast<size_t>(p - begin) >= sizeof(Block); p += sizeof(Block)) {
    state = add_block(state, load<Block>(p));
  }
  state = add_block(state, load_tail(p, name.size() - static_cast<size_t>(p - begin)));
  return {name, finish(state, name.size())};
}

}  // namespace xld
