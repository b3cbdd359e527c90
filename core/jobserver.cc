// See jobserver.h.
#include "core/jobserver.h"

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <fmt/core.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "core/signals_held.h"

namespace xld {

namespace {

// The value of the last word that begins with one of the names, as make itself reads it.
std::string_view find_value(std::string_view flags) {
  constexpr std::string_view kNames[] = {"--jobserver-auth=", "--jobserver-fds="};
  std::string_view found;
  while (!flags.empty()) {
    const size_t space = std::min(flags.find(' '), flags.size());
    const std::string_view word = flags.substr(0, space);
    flags.remove_prefix(std::min(space + 1, flags.size()));
    for (const std::string_view name : kNames)
      if (word.starts_with(name)) found = word.substr(name.size());
  }
  return found;
}

bool is_pipe(int fd) {
  struct stat facts{};
  return ::fstat(fd, &facts) == 0 && S_ISFIFO(facts.st_mode);
}

}  // namespace

std::unique_ptr<JobServer> JobServer::find(std::string_view make_flags) {
  const std::string_view value = find_value(make_flags);
  constexpr std::string_view kFifo = "fifo:";
  if (value.empty()) return nullptr;
  return value.starts_with(kFifo) ? open_fifo(value.substr(kFifo.size())) : open_pipe(value);
}

// Opened anew through /proc, the pipe has a description of our own: O_NONBLOCK on the one we were given would be seen
// by everybody who has it.
std::unique_ptr<JobServer> JobServer::open_pipe(std::string_view descriptors) {
  int reader = -1;
  int writer = -1;
  const char* end = descriptors.data() + descriptors.size();
  const auto first = std::from_chars(descriptors.data(), end, reader);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ',') return nullptr;
  const auto second = std::from_chars(first.ptr + 1, end, writer);
  if (second.ec != std::errc() || second.ptr != end || reader < 0 || writer < 0) return nullptr;
  if (!is_pipe(reader) || !is_pipe(writer)) return nullptr;
  const int own_reader = ::open(fmt::format("/proc/self/fd/{}", reader).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const int own_writer = ::fcntl(writer, F_DUPFD_CLOEXEC, 0);
  std::unique_ptr<JobServer> server(new JobServer(own_reader, own_writer));
  return own_reader >= 0 && own_writer >= 0 ? std::move(server) : nullptr;
}

std::unique_ptr<JobServer> JobServer::open_fifo(std::string_view path) {
  const int reader = ::open(std::string(path).c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (reader < 0) return nullptr;
  const int writer = ::fcntl(reader, F_DUPFD_CLOEXEC, 0);
  std::unique_ptr<JobServer> server(new JobServer(reader, writer));
  return writer >= 0 && is_pipe(reader) ? std::move(server) : nullptr;
}

JobServer::~JobServer() {
  give_back_all();
  if (reader_ >= 0) ::close(reader_);
  if (writer_ >= 0) ::close(writer_);
}

bool JobServer::borrow() {
  const SignalsHeld signals;
  const uint32_t count = token_count_.load(std::memory_order_relaxed);
  if (count == kMaxTokens) return false;
  ssize_t got = 0;
  do {
    got = ::read(reader_, &tokens_[count], 1);
  } while (got < 0 && errno == EINTR);
  if (got != 1) return false;
  token_count_.store(count + 1, std::memory_order_release);
  return true;
}

void JobServer::give_back() {
  const uint32_t count = token_count_.load(std::memory_order_relaxed);
  if (count == 0) return;
  const SignalsHeld signals;
  const char token = tokens_[count - 1];
  token_count_.store(count - 1, std::memory_order_release);
  while (::write(writer_, &token, 1) < 0 && errno == EINTR) {
  }
}

void JobServer::give_back_all() noexcept {
  while (token_count_.load(std::memory_order_relaxed) != 0) give_back();
}

}  // namespace xld
