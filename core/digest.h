// Digests of an output, for build ids: equal bytes give equal ids, and nobody is kept from forging one.
//
// MD5 (RFC 1321), SHA-1 and SHA-256 (FIPS 180-4), and Fast, which is XXH3 with 128 bits. An output's digest is a tree
// of two levels, so that its tiles can be hashed in parallel, and while they are in the cache (ld/emit.cc, and seal()
// of the formats).
#pragma once

#include <array>
#include <cstdint>

#include "core/bytes.h"

namespace xld {

enum class DigestKind : uint8_t { Fast, Md5, Sha1, Sha256 };

struct Digest {
  std::array<uint8_t, 32> bytes = {};
  uint8_t size = 0;

  Bytes view() const { return Bytes(bytes).first(size); }
};

size_t digest_size(DigestKind kind);

// The digest of `data` as its standard defines it.
Digest compute_digest(DigestKind kind, Bytes data);

}  // namespace xld
