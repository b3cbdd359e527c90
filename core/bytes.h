// Views of untrusted bytes. The only place that turns memory into numbers.
//
// Input is never trusted: every access goes through a bounds check that costs a comparison, or through `load` after the
// caller has checked the whole range once. All supported targets are little-endian; Mach-O's big-endian containers
// (fat headers, code signatures) use `load_big`.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace xld {

using Bytes = std::span<const uint8_t>;
using MutableBytes = std::span<uint8_t>;

// Reads a T at `p`, which need not be aligned; the caller knows that it is inside its file.
template <class T>
inline T load(const uint8_t* p) {
  static_assert(std::is_trivially_copyable_v<T>);
  T value;
  std::memcpy(&value, p, sizeof(T));
  return value;
}

template <class T>
inline void store(uint8_t* p, T value) {
  static_assert(std::is_trivially_copyable_v<T>);
  std::memcpy(p, &value, sizeof(T));
}

template <class T>
inline T load_big(const uint8_t* p) {
  static_assert(std::is_unsigned_v<T>);
  T value = 0;
  for (size_t i = 0; i < sizeof(T); i++) value = static_cast<T>((value << 8) | p[i]);
  return value;
}

// True if [offset, offset + size) lies inside `bytes`; no overflow whatever the numbers.
inline bool contains(Bytes bytes, uint64_t offset, uint64_t size) {
  return offset <= bytes.size() && size <= bytes.size() - offset;
}

inline std::optional<Bytes> slice(Bytes bytes, uint64_t offset, uint64_t size) {
  if (!contains(bytes, offset, size)) return std::nullopt;
  return bytes.subspan(offset, size);
}

template <class T>
inline std::optional<T> read(Bytes bytes, uint64_t offset) {
  if (!contains(bytes, offset, sizeof(T))) return std::nullopt;
  return load<T>(bytes.data() + offset);
}

// The NUL-terminated string at `offset`; nothing if it starts outside or has no end.
inline std::optional<std::string_view> c_string_at(Bytes bytes, uint64_t offset) {
  if (offset >= bytes.size()) return std::nullopt;
  const auto* begin = bytes.data() + offset;
  const void* end = std::memchr(begin, 0, bytes.size() - offset);
  if (!end) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(begin),
                          static_cast<size_t>(static_cast<const uint8_t*>(end) - begin));
}

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// `alignment` is a power of two.
constexpr uint64_t align_up(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) & ~(alignment - 1);
}
constexpr bool is_power_of_two(uint64_t value) {
  return value != 0 && (value & (value - 1)) == 0;
}

}  // namespace xld
