// TarWriter: the fields that readers check, and paths too long for them.
#include "ld/reports/tar.h"

#include <gtest/gtest.h>

namespace xld {
namespace {

std::string archive_of(const std::string& path, std::string_view contents) {
  TarWriter tar;
  tar.add(path, as_bytes(contents));
  std::string bytes;
  for (const Bytes& piece : tar.finish()) bytes.append(piece.begin(), piece.end());
  return bytes;
}

std::string field(const std::string& tar, size_t offset, size_t length) {
  return std::string(tar.substr(offset, length).c_str());
}

TEST(Tar, WritesAHeaderWithItsChecksum) {
  const std::string tar = archive_of("folder/file", "contents");
  ASSERT_EQ(tar.size(), 4 * 512u);
  EXPECT_EQ(field(tar, 0, 100), "folder/file");
  EXPECT_EQ(field(tar, 124, 12), "00000000010");
  EXPECT_EQ(tar.substr(257, 8), std::string("ustar\0"
                                            "00",
                                            8));
  uint32_t sum = 0;
  for (size_t i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? ' ' : static_cast<uint8_t>(tar[i]);
  EXPECT_EQ(std::stoul(field(tar, 148, 8), nullptr, 8), sum);
  EXPECT_EQ(field(tar, 512, 512), "contents");
  EXPECT_EQ(tar.find_first_not_of('\0', 512 + 8), std::string::npos);
}

TEST(Tar, FillsBlocks) {
  EXPECT_EQ(archive_of("file", "").size(), 3 * 512u);
  EXPECT_EQ(archive_of("file", std::string(512, 'x')).size(), 4 * 512u);
  EXPECT_EQ(archive_of("file", std::string(513, 'x')).size(), 5 * 512u);
}

TEST(Tar, CutsLongPathsAtASlash) {
  const std::string folder(120, 'd'), name(90, 'n');
  const std::string tar = archive_of(folder + "/" + name, "");
  EXPECT_EQ(field(tar, 0, 100), name);
  EXPECT_EQ(field(tar, 345, 155), folder);
}

TEST(Tar, WritesPaxRecordsForLongerOnes) {
  const std::string path = "folder/" + std::string(150, 'n');
  const std::string tar = archive_of(path, "contents");
  EXPECT_EQ(tar[156], 'x');
  EXPECT_EQ(field(tar, 512, 512), "167 path=" + path + "\n");
  EXPECT_EQ(tar[1024 + 156], '0');
  EXPECT_EQ(field(tar, 1024 + 512, 512), "contents");
}

// The number in front counts its own digits.
TEST(Tar, CountsTheLengthOfARecord) {
  for (size_t length : {101u, 991u, 992u, 1000u}) {
    const std::string tar = archive_of(std::string(length, 'n'), "");
    const std::string record = tar.substr(512, std::stoul(field(tar, 124, 12), nullptr, 8));
    EXPECT_EQ(std::stoul(record), record.size());
    EXPECT_EQ(record.back(), '\n');
  }
}

}  // namespace
}  // namespace xld
