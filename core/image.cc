// See image.h.
#include "core/image.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <fmt/core.h>
#include <memory>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "core/path.h"

namespace xld {

namespace {

bool is_special(const std::string& path) {
  struct stat facts{};
  return ::stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode);
}

// /dev/null has them, a pipe or a terminal has not. A file that a shell opened has, but may stand in the middle of it.
bool has_offsets(int fd) {
  struct stat facts{};
  return ::fstat(fd, &facts) == 0 && S_ISCHR(facts.st_mode) && ::lseek(fd, 0, SEEK_CUR) >= 0;
}

// A name beside the output that nobody else uses: two links of one output do not meet.
std::string temporary_name(const std::string& path, uint32_t attempt) {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return fmt::format("{}.xld-{}-{}-{}", path, ::getpid(), now.tv_nsec, attempt);
}

constexpr uint32_t kAttempts = 100;
constexpr std::string_view kStandardOutput = "-";

}  // namespace

Result<Image> Image::create(const std::string& path, uint64_t size, uint32_t mode, TemporaryListener listener) {
  if (path == kStandardOutput) return create_stream(path, ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0), size);
  if (is_special(path)) return create_stream(path, ::open(path.c_str(), O_WRONLY | O_CLOEXEC), size);
  struct stat facts{};
  if (::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode)) return Error{"is a directory"};
  int fd = ::open(std::string(directory_of(path)).c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
  std::string temporary;
  for (uint32_t i = 0; fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EEXIST) && i < kAttempts; i++) {
    temporary = temporary_name(path, i);
    if (listener) listener(temporary);
    fd = ::open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  }
  if (fd < 0) {
    const Error error{std::strerror(errno)};
    if (listener) listener("");
    return error;
  }
  Image image(path, fd);
  image.listener_ = std::move(listener);
  image.temporary_ = temporary;
  if (::ftruncate(fd, static_cast<off_t>(size)) != 0) return Error{std::strerror(errno)};
  return image;
}

// Threads write in any order, so what has no offsets is written from memory when all of it is there.
Result<Image> Image::create_stream(const std::string& path, int fd, uint64_t size) {
  if (fd < 0) return Error{std::strerror(errno)};
  Image image(path, fd);
  image.is_direct_ = true;
  if (has_offsets(fd)) return image;
  image.stream_ = std::exchange(image.fd_, ::memfd_create("xld-output", MFD_CLOEXEC));
  if (image.fd_ < 0 || ::ftruncate(image.fd_, static_cast<off_t>(size)) != 0) return Error{std::strerror(errno)};
  return image;
}

Image::Image(Image&& other) noexcept
    : path_(std::move(other.path_)),
      listener_(std::move(other.listener_)),
      temporary_(std::move(other.temporary_)),
      fd_(std::exchange(other.fd_, -1)),
      stream_(std::exchange(other.stream_, -1)),
      is_direct_(other.is_direct_),
      error_(other.error_) {
  other.temporary_.clear();
}

Image::~Image() {
  if (fd_ >= 0) ::close(fd_);
  if (stream_ >= 0) ::close(stream_);
  if (temporary_.empty()) return;
  ::unlink(temporary_.c_str());
  set_temporary({});
}

void Image::set_temporary(std::string path) {
  temporary_ = std::move(path);
  if (listener_) listener_(temporary_);
}

void Image::fail(int error_number) {
  const std::lock_guard lock(mutex_);
  if (error_ == 0) error_ = error_number;
}

void Image::write(uint64_t offset, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return fail(errno);
    bytes = bytes.subspan(static_cast<size_t>(done));
    offset += static_cast<uint64_t>(done);
  }
}

bool Image::read(uint64_t offset, MutableBytes out) {
  while (!out.empty()) {
    const ssize_t done = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    out = out.subspan(static_cast<size_t>(done));
    offset += static_cast<uint64_t>(done);
  }
  return true;
}

void Image::resize(uint64_t size) {
  if ((!is_direct_ || stream_ >= 0) && ::ftruncate(fd_, static_cast<off_t>(size)) != 0) fail(errno);
}

std::optional<Error> Image::commit() {
  if (error_ != 0) return Error{std::strerror(error_)};
  if (stream_ >= 0) return copy_to_stream();
  if (is_direct_) return std::nullopt;
  if (auto error = give_name()) return error;
  // Some file systems (NFS, quotas) report a full disk only now.
  if (::close(std::exchange(fd_, -1)) != 0) return Error{std::strerror(errno)};
  if (temporary_.empty()) return std::nullopt;
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return Error{std::strerror(errno)};
  set_temporary({});
  return std::nullopt;
}

std::optional<Error> Image::copy_to_stream() {
  constexpr size_t kStep = 1 << 16;
  const auto buffer = std::make_unique<uint8_t[]>(kStep);
  off_t offset = 0;
  while (true) {
    const ssize_t got = ::pread(fd_, buffer.get(), kStep, offset);
    if (got < 0) return Error{std::strerror(errno)};
    if (got == 0) return std::nullopt;
    for (ssize_t written = 0; written < got;) {
      const ssize_t done = ::write(stream_, buffer.get() + written, static_cast<size_t>(got - written));
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) return Error{std::strerror(errno)};
      written += done;
    }
    offset += got;
  }
}

// A nameless file gets the output's name at once if that is free, else a temporary one to rename.
std::optional<Error> Image::give_name() {
  if (!temporary_.empty()) return std::nullopt;
  const std::string self = fmt::format("/proc/self/fd/{}", fd_);
  if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, path_.c_str(), AT_SYMLINK_FOLLOW) == 0) return std::nullopt;
  for (uint32_t i = 0; errno == EEXIST && i < kAttempts; i++) {
    set_temporary(temporary_name(path_, i));
    if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, temporary_.c_str(), AT_SYMLINK_FOLLOW) == 0) return std::nullopt;
  }
  const Error error{std::strerror(errno)};
  set_temporary({});
  return error;
}

}  // namespace xld
