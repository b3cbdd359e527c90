// Digests against the test vectors of their standards, and around the sizes where padding changes.
#include "core/digest.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace xld {
namespace {

std::string hex(const Digest& digest) {
  std::string text;
  for (const uint8_t byte : digest.view()) text += fmt::format("{:02x}", byte);
  return text;
}

std::string digest(DigestKind kind, std::string_view text) {
  return hex(compute_digest(kind, as_bytes(text)));
}

TEST(Digest, MatchesTheStandards) {
  EXPECT_EQ(digest(DigestKind::Md5, ""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(digest(DigestKind::Md5, "message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(digest(DigestKind::Sha1, ""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(digest(DigestKind::Sha1, "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(digest(DigestKind::Sha256, ""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest(DigestKind::Sha256, "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const auto two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
  EXPECT_EQ(digest(DigestKind::Sha1, two_blocks), "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  EXPECT_EQ(digest(DigestKind::Sha256, two_blocks), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(digest(DigestKind::Fast, ""), "99aa06d3014798d86001c324468d497f");
}

TEST(Digest, HashesAMillionBytes) {
  const std::string text(1000000, 'a');
  EXPECT_EQ(digest(DigestKind::Md5, text), "7707d6ae4e027c70eea2a935c2296f21");
  EXPECT_EQ(digest(DigestKind::Sha1, text), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
  EXPECT_EQ(digest(DigestKind::Sha256, text), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Digest, PadsAtEveryLength) {
  EXPECT_EQ(digest(DigestKind::Sha1, std::string(55, 'a')), "c1c8bbdc22796e28c0e15163d20899b65621d65a");
  EXPECT_EQ(digest(DigestKind::Sha1, std::string(56, 'a')), "c2db330f6083854c99d4b5bfb6e8f29f201be699");
  EXPECT_EQ(digest(DigestKind::Sha1, std::string(64, 'a')), "0098ba824b5c16427bd7a1122a5a442a25ec644d");
}

}  // namespace
}  // namespace xld
