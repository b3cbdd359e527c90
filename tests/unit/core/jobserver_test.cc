// JobServer: tokens of a hand-made server are taken without waiting, and each is put back as it was.
#include "core/jobserver.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace xld {
namespace {

class Pipe {
 public:
  explicit Pipe(std::string_view tokens) {
    EXPECT_EQ(::pipe(fds_), 0);
    EXPECT_EQ(::write(fds_[1], tokens.data(), tokens.size()), static_cast<ssize_t>(tokens.size()));
  }
  ~Pipe() {
    ::close(fds_[0]);
    ::close(fds_[1]);
  }
  std::string flags(std::string_view option) const { return fmt::format("kr -j3 {}{},{}", option, fds_[0], fds_[1]); }
  std::string drain() const {
    ::fcntl(fds_[0], F_SETFL, O_NONBLOCK);
    char buffer[64];
    const ssize_t got = ::read(fds_[0], buffer, sizeof buffer);
    return {buffer, got < 0 ? 0 : static_cast<size_t>(got)};
  }
  int reader() const { return fds_[0]; }

 private:
  int fds_[2] = {-1, -1};
};

TEST(JobServer, LendsWhatThereIsAndDoesNotWait) {
  const Pipe pipe("ab");
  const auto server = JobServer::find(pipe.flags("--jobserver-auth="));
  ASSERT_TRUE(server);
  EXPECT_TRUE(server->borrow());
  EXPECT_TRUE(server->borrow());
  EXPECT_FALSE(server->borrow());
  EXPECT_EQ(::fcntl(pipe.reader(), F_GETFL) & O_NONBLOCK, 0) << "make's own end still blocks";
  server->give_back();
  EXPECT_TRUE(server->borrow());
  server->give_back_all();
  EXPECT_EQ(pipe.drain(), "ba");
}

TEST(JobServer, PutsTokensBackWhenItDies) {
  const Pipe pipe("+-");
  EXPECT_TRUE(JobServer::find(pipe.flags("--jobserver-fds="))->borrow());
  EXPECT_EQ(pipe.drain(), "-+");
}

TEST(JobServer, ReadsNamedPipes) {
  const std::string path = fmt::format("{}/jobs-{}", testing::TempDir(), ::getpid());
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int fd = ::open(path.c_str(), O_RDWR);
  ASSERT_EQ(::write(fd, "x", 1), 1);
  const auto server = JobServer::find("-j --jobserver-auth=fifo:" + path);
  ASSERT_TRUE(server);
  EXPECT_TRUE(server->borrow());
  EXPECT_FALSE(server->borrow());
  server->give_back();
  EXPECT_TRUE(server->borrow());
  ::close(fd);
  ::unlink(path.c_str());
}

TEST(JobServer, IsNotThereIfMakeKeepsItToItself) {
  EXPECT_FALSE(JobServer::find(""));
  EXPECT_FALSE(JobServer::find("-j8"));
  EXPECT_FALSE(JobServer::find("--jobserver-auth=-2,-2"));
  EXPECT_FALSE(JobServer::find("--jobserver-auth=900,901"));
  EXPECT_FALSE(JobServer::find("--jobserver-auth=3"));
  EXPECT_FALSE(JobServer::find("--jobserver-auth=fifo:/nonexistent"));
  EXPECT_FALSE(JobServer::find("--jobserver-auth=fifo:/dev/null"));
}

TEST(JobServer, LimitsThePool) {
  const Pipe pipe("t");
  const auto server = JobServer::find(pipe.flags("--jobserver-auth="));
  ASSERT_TRUE(server);
  {
    ThreadPool pool(8, server.get());
    std::atomic<uint32_t> highest{0};
    const auto body = [&](size_t, size_t, uint32_t worker) {
      uint32_t seen = highest.load();
      while (worker > seen && !highest.compare_exchange_weak(seen, worker)) {
      }
    };
    parallel_for(pool, 1000, 1, body);
    EXPECT_LE(highest.load(), 1u);
    EXPECT_FALSE(server->borrow());
    pool.rest();
    EXPECT_TRUE(server->borrow());
    server->give_back();
    parallel_for(pool, 1000, 1, body);
  }
  EXPECT_EQ(pipe.drain(), "t");
}

}  // namespace
}  // namespace xld
