// Hashing of names: symbol names and merged strings, 64 bits, one pass that also finds the terminating NUL.
//
// A name is cut into blocks of 16 bytes, the last one padded with zeros. Each block is two words whose keyed 128-bit
// product is folded into the state; the products of a name do not wait for each other, which is what makes it fast.
// The length enters at the end and tells the padding from real zeros.
//
// The values differ between byte orders and may change between versions; that is harmless, because nothing
// a link produces depends on them: ids and orders come from input order, hashes only find equals.
#pragma once

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

namespace hash_detail {

// Digits of e and pi, made odd: any numbers without pattern do.
constexpr uint64_t kKeyA = 0xb7e151628aed2a6b;
constexpr uint64_t kKeyB = 0x243f6a8885a308d3;
constexpr uint64_t kStart = 0x452821e638d01377;
constexpr uint64_t kLength = 0x9e3779b97f4a7c15;

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

inline uint64_t add_block(uint64_t state, uint64_t first, uint64_t second) {
  return std::rotl(state, 23) ^ multiply_fold(first ^ kKeyA, second ^ kKeyB);
}

inline uint64_t finish(uint64_t state, size_t length) {
  return multiply_fold(state ^ kKeyB, (kLength * (length + 1)) ^ kKeyA);
}

// The last 0..15 bytes as a zero-padded block; overlapping loads instead of a copy of variable length.
inline uint64_t add_tail(uint64_t state, const uint8_t* p, size_t size) {
  if (size >= 8) {
    const uint64_t second = size == 8 ? 0 : load<uint64_t>(p + size - 8) >> (8 * (16 - size));
    return add_block(state, load<uint64_t>(p), second);
  }
  if (size >= 4) {
    const uint64_t high = uint64_t{load<uint32_t>(p + size - 4)} << (8 * (size - 4));
    return add_block(state, load<uint32_t>(p) | high, 0);
  }
  uint64_t word = 0;
  for (size_t i = 0; i < size; i++) word |= uint64_t{p[i]} << (8 * i);
  return add_block(state, word, 0);
}

}  // namespace hash_detail

inline uint64_t hash_name(std::string_view name) {
  const auto* p = reinterpret_cast<const uint8_t*>(name.data());
  uint64_t state = hash_detail::kStart;
  size_t rest = name.size();
  for (; rest >= 16; rest -= 16, p += 16)
    state = hash_detail::add_block(state, load<uint64_t>(p), load<uint64_t>(p + 8));
  return hash_detail::finish(hash_detail::add_tail(state, p, rest), name.size());
}

inline uint64_t hash_bytes(Bytes bytes) {
  return hash_name(as_text(bytes));
}

// The string at `begin` and hash_name of it; `end` is the end of its table, at and after which nothing is read.
inline HashedName hash_c_string(const uint8_t* begin, const uint8_t* end) {
  const uint8_t* p = begin;
  uint64_t state = hash_detail::kStart;
#ifdef __SSE2__
  const __m128i zero = _mm_setzero_si128();
  for (; end - p >= 16; p += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const auto zeros = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(block, zero)));
    const uint64_t first = load<uint64_t>(p);
    const uint64_t second = load<uint64_t>(p + 8);
    if (zeros == 0) {
      state = hash_detail::add_block(state, first, second);
      continue;
    }
    const auto rest = static_cast<size_t>(std::countr_zero(zeros));
    const size_t in_first = rest < 8 ? rest : 8;
    const size_t in_second = rest - in_first;
    const auto keep = [](uint64_t word, size_t bytes) {
      return bytes == 0 ? 0 : word & (UINT64_MAX >> (64 - 8 * bytes));
    };
    state = hash_detail::add_block(state, keep(first, in_first), keep(second, in_second));
    const size_t length = static_cast<size_t>(p - begin) + rest;
    return {{reinterpret_cast<const char*>(begin), length}, hash_detail::finish(state, length)};
  }
#endif
  // The last bytes of the table, or a CPU without SSE2.
  if (p == end) return {};
  const void* found = std::memchr(p, 0, static_cast<size_t>(end - p));
  if (!found) return {};
  const auto* nul = static_cast<const uint8_t*>(found);
  for (; nul - p >= 16; p += 16) state = hash_detail::add_block(state, load<uint64_t>(p), load<uint64_t>(p + 8));
  const auto length = static_cast<size_t>(nul - begin);
  state = hash_detail::add_tail(state, p, static_cast<size_t>(nul - p));
  return {{reinterpret_cast<const char*>(begin), length}, hash_detail::finish(state, length)};
}

}  // namespace xld
