// MD5, SHA-1 and SHA-256 over one frame: padded 64-byte blocks fed to a compression function. See digest.h.
//
// The compression functions are written for size: of a file they see only the digests of its blocks.
#include "core/digest.h"

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace xld {

namespace {

constexpr size_t kBlockSize = 64;

// RFC 1321 §3.4: the integer part of 2^32 times |sin(i + 1)|.
constexpr uint32_t kMd5Sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
constexpr uint8_t kMd5Rotations[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

struct Md5 {
  static constexpr bool kBigEndian = false;
  static constexpr size_t kWords = 4;
  uint32_t state[kWords] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};

  void compress(const uint32_t (&block)[16]) {
    auto [a, b, c, d] = std::array{state[0], state[1], state[2], state[3]};
    for (uint32_t i = 0; i < 64; i++) {
      const uint32_t round = i / 16;
      const uint32_t mixed[] = {(b & c) | (~b & d), (b & d) | (c & ~d), b ^ c ^ d, c ^ (b | ~d)};
      const uint32_t places[] = {i, 5 * i + 1, 3 * i + 5, 7 * i};
      const uint32_t sum = a + mixed[round] + kMd5Sines[i] + block[places[round] % 16];
      a = std::exchange(d, std::exchange(c, b));
      b += std::rotl(sum, kMd5Rotations[round][i % 4]);
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  }
};

struct Sha1 {
  static constexpr bool kBigEndian = true;
  static constexpr size_t kWords = 5;
  uint32_t state[kWords] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};

  void compress(const uint32_t (&block)[16]) {
    constexpr uint32_t kConstants[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
    uint32_t w[80];
    std::copy(std::begin(block), std::end(block), w);
    for (size_t i = 16; i < 80; i++) w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    auto [a, b, c, d, e] = std::array{state[0], state[1], state[2], state[3], state[4]};
    for (size_t i = 0; i < 80; i++) {
      const uint32_t parity = b ^ c ^ d;
      const uint32_t mixed[] = {(b & c) | (~b & d), parity, (b & c) | (b & d) | (c & d), parity};
      const uint32_t sum = std::rotl(a, 5) + mixed[i / 20] + e + kConstants[i / 20] + w[i];
      e = std::exchange(d, std::exchange(c, std::rotl(b, 30)));
      b = std::exchange(a, sum);
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
  }
};

// FIPS 180-4 §4.2.2: fractional parts of the cube roots of the first 64 primes.
constexpr uint32_t kSha256Constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

struct Sha256 {
  static constexpr bool kBigEndian = true;
  static constexpr size_t kWords = 8;
  uint32_t state[kWords] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                            0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

  void compress(const uint32_t (&block)[16]) {
    uint32_t w[64];
    std::copy(std::begin(block), std::end(block), w);
    for (size_t i = 16; i < 64; i++) {
      const uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
      const uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t v[kWords];
    std::copy(std::begin(state), std::end(state), v);
    for (size_t i = 0; i < 64; i++) {
      const uint32_t s1 = std::rotr(v[4], 6) ^ std::rotr(v[4], 11) ^ std::rotr(v[4], 25);
      const uint32_t s0 = std::rotr(v[0], 2) ^ std::rotr(v[0], 13) ^ std::rotr(v[0], 22);
      const uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
      const uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
      const uint32_t sum = v[7] + s1 + choice + kSha256Constants[i] + w[i];
      std::copy_backward(v, v + 7, v + 8);
      v[4] += sum;
      v[0] = sum + s0 + majority;
    }
    for (size_t i = 0; i < kWords; i++) state[i] += v[i];
  }
};

template <class Function>
void compress_bytes(Function& function, const uint8_t* bytes) {
  uint32_t block[16];
  for (size_t i = 0; i < 16; i++) {
    block[i] = Function::kBigEndian ? load_big<uint32_t>(bytes + 4 * i) : load<uint32_t>(bytes + 4 * i);
  }
  function.compress(block);
}

template <class T>
T in_order(T value, bool big_endian) {
  return !big_endian      ? value
         : sizeof(T) == 8 ? static_cast<T>(__builtin_bswap64(value))
                          : static_cast<T>(__builtin_bswap32(static_cast<uint32_t>(value)));
}

// The data, a byte 0x80, zeros, and the length in bits as the last eight bytes of a block.
template <class Function>
Digest hash_padded(Bytes data) {
  Function function;
  const size_t whole = data.size() / kBlockSize * kBlockSize;
  for (size_t offset = 0; offset < whole; offset += kBlockSize) compress_bytes(function, data.data() + offset);

  uint8_t tail[2 * kBlockSize] = {};
  const Bytes rest = data.subspan(whole);
  std::copy(rest.begin(), rest.end(), tail);
  tail[rest.size()] = 0x80;
  const size_t tail_size = rest.size() + 9 <= kBlockSize ? kBlockSize : 2 * kBlockSize;
  store<uint64_t>(tail + tail_size - 8, in_order<uint64_t>(uint64_t{data.size()} * 8, Function::kBigEndian));
  for (size_t offset = 0; offset < tail_size; offset += kBlockSize) compress_bytes(function, tail + offset);

  Digest digest;
  digest.size = 4 * Function::kWords;
  for (size_t i = 0; i < Function::kWords; i++) {
    store<uint32_t>(digest.bytes.data() + 4 * i, in_order<uint32_t>(function.state[i], Function::kBigEndian));
  }
  return digest;
}

Digest hash_fast(Bytes data) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(data.data(), data.size()));
  Digest digest;
  digest.size = sizeof(canonical.digest);
  std::copy(std::begin(canonical.digest), std::end(canonical.digest), digest.bytes.begin());
  return digest;
}

}  // namespace

size_t digest_size(DigestKind kind) {
  constexpr size_t kSizes[] = {16, 16, 20, 32};
  return kSizes[static_cast<uint8_t>(kind)];
}

Digest compute_digest(DigestKind kind, Bytes data) {
  constexpr Digest (*kFunctions[])(Bytes) = {hash_fast, hash_padded<Md5>, hash_padded<Sha1>, hash_padded<Sha256>};
  return kFunctions[static_cast<uint8_t>(kind)](data);
}

}  // namespace xld
