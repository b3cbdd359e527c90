#include "core/image.h"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace xld {
namespace {

class ImageTest : public testing::Test {
 protected:
  ImageTest() {
    char name[] = "/tmp/xld-image-XXXXXX";
    directory_ = ::mkdtemp(name);
    path_ = directory_ + "/output";
  }
  ~ImageTest() override {
    ::unlink(path_.c_str());
    EXPECT_EQ(::rmdir(directory_.c_str()), 0) << "something was left in " << directory_;
  }

  void write_file(const std::string& text) { std::ofstream(path_) << text; }
  std::string read_file() const {
    std::ifstream file(path_);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  static Bytes bytes(std::string_view text) { return as_bytes(text); }

  std::string directory_;
  std::string path_;
};

TEST_F(ImageTest, AppearsWhenItIsComplete) {
  auto image = Image::create(path_, 5, 0600);
  ASSERT_TRUE(image.ok());
  image->write(3, bytes("lo"));
  image->write(0, bytes("hel"));
  EXPECT_NE(::access(path_.c_str(), F_OK), 0);
  EXPECT_FALSE(image->commit());
  EXPECT_EQ(read_file(), "hello");
}

TEST_F(ImageTest, LeavesTheOlderOutputWithoutCommit) {
  write_file("older");
  {
    auto image = Image::create(path_, 3, 0600);
    ASSERT_TRUE(image.ok());
    image->write(0, bytes("new"));
  }
  EXPECT_EQ(read_file(), "older");
}

TEST_F(ImageTest, AnnouncesTheNameItHasForAMoment) {
  write_file("older");
  std::vector<std::string> names;
  auto image = Image::create(path_, 3, 0600, [&](const std::string& name) { names.push_back(name); });
  ASSERT_TRUE(image.ok());
  image->write(0, bytes("new"));
  EXPECT_FALSE(image->commit());
  ASSERT_EQ(names.size(), 2u);
  EXPECT_TRUE(names[0].starts_with(path_ + ".xld-"));
  EXPECT_EQ(names[1], "");
  EXPECT_EQ(read_file(), "new");
}

TEST_F(ImageTest, WritesToPipesInOrder) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  std::string received;
  std::thread reader([&] { received = read_file(); });
  auto image = Image::create(path_, 5, 0600);
  ASSERT_TRUE(image.ok());
  image->write(3, bytes("lo"));
  image->write(0, bytes("hel"));
  EXPECT_FALSE(image->commit());
  {
    const Image closes = std::move(*image);
  }
  reader.join();
  EXPECT_EQ(received, "hello");
}

TEST_F(ImageTest, ReadsBackAndCutsWhatGoesToPipes) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  std::string received;
  std::thread reader([&] { received = read_file(); });
  {
    auto image = Image::create(path_, 5, 0600);
    ASSERT_TRUE(image.ok());
    image->write(0, bytes("hello"));
    uint8_t back[3] = {};
    EXPECT_TRUE(image->read(2, back));
    EXPECT_EQ(std::string(back, back + 3), "llo");
    EXPECT_FALSE(image->read(3, back)) << "three bytes of two";
    image->resize(4);
    EXPECT_FALSE(image->commit());
  }
  reader.join();
  EXPECT_EQ(received, "hell");
}

TEST_F(ImageTest, CannotReadBackFromDevices) {
  auto image = Image::create("/dev/null", 5, 0600);
  ASSERT_TRUE(image.ok());
  image->write(0, bytes("hello"));
  uint8_t back[3] = {};
  EXPECT_FALSE(image->read(0, back));
  EXPECT_FALSE(image->commit());
}

TEST_F(ImageTest, RefusesDirectories) {
  const auto image = Image::create(directory_, 3, 0600);
  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.error().message, "is a directory");
}

}  // namespace
}  // namespace xld
