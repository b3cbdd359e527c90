// Digests of an output, for build ids: equal bytes give equal ids, and nobody is kept from forging one.
//
// MD5 (RFC 1321), SHA-1 and SHA-256 (FIPS 180-4), and Fast, which is XXH3 with 128 bits. A file's digest is a tree of
// two levels, so that its blocks can be hashed in parallel, and while they are in the cache: its blocks of kDigestBlock
// bytes are hashed with Fast, and the concatenation of their digests with the function that was asked for. That makes
// the length of the id the only difference in cost: SHA-1 over a whole output would cost more than the rest of a link.
// The result depends on the bytes alone, not on threads or tiles.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/bytes.h"

namespace xld {

enum class DigestKind : uint8_t { Fast, Md5, Sha1, Sha256 };

struct Digest {
  std::array<uint8_t, 32> bytes = {};
  uint8_t size = 0;

  Bytes view() const { return Bytes(bytes).first(size); }
};

inline constexpr size_t kDigestBlock = 1 << 20;

size_t digest_size(DigestKind kind);

// The digest of `data` as its standard defines it.
Digest compute_digest(DigestKind kind, Bytes data);

// One block's part in a file's digest.
inline Digest digest_block(Bytes block) {
  return compute_digest(DigestKind::Fast, block);
}

// The digest of a file from those of its blocks, in order; the last block may be shorter.
Digest combine_digests(DigestKind kind, std::span<const Digest> blocks);

// Both in one, on this thread: what a parallel caller must arrive at.
Digest compute_tree_digest(DigestKind kind, Bytes file);

}  // namespace xld
