// Opening, reading and mapping of input files. See file_system.h.
#include "core/file_system.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/arena.h"

namespace xld {

namespace {

// A mapping costs two system calls and its pages one fault per 64 KiB; reading costs a copy. They meet around here.
constexpr size_t kSmallFile = 32 << 10;
constexpr size_t kBlockSize = size_t{1} << 20;
constexpr size_t kLargestStream = size_t{1} << 30;

class FileDescriptor {
 public:
  explicit FileDescriptor(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

Error system_error() {
  return {std::strerror(errno)};
}

}  // namespace

DiskFileSystem::~DiskFileSystem() {
  for (const Mapping& mapping : mappings_) ::munmap(mapping.address, mapping.size);
  for (const Block& block : blocks_) unmap_pages(block.data, block.capacity);
}

bool DiskFileSystem::exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

Result<Bytes> DiskFileSystem::open(const std::string& path) {
  const FileDescriptor file(path);
  if (file.get() < 0) return system_error();
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) return system_error();
  if (S_ISDIR(facts.st_mode)) return Error{"is a directory"};
  if (S_ISFIFO(facts.st_mode) || S_ISCHR(facts.st_mode)) return read_stream(file.get(), path);
  if (!S_ISREG(facts.st_mode)) return Error{"is neither a regular file nor a pipe"};
  const auto size = static_cast<size_t>(facts.st_size);
  if (size == 0) return Bytes();
  return size <= kSmallFile ? read_small(file.get(), size) : map(file.get(), size, path);
}

uint8_t* DiskFileSystem::reserve(size_t size) {
  const std::lock_guard lock(mutex_);
  size = align_up(size, 16);
  if (blocks_.empty() || blocks_.back().capacity - blocks_.back().used < size)
    blocks_.push_back({map_pages(kBlockSize), kBlockSize, 0});
  Block& block = blocks_.back();
  uint8_t* result = block.data + block.used;
  block.used += size;
  return result;
}

Result<Bytes> DiskFileSystem::read_small(int fd, size_t size) {
  uint8_t* data = reserve(size);
  size_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(fd, data + done, size - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error();
    if (got == 0) break;  // it shrank while we read it
    done += static_cast<size_t>(got);
  }
  return Bytes(data, done);
}

// --version-script=<(…) of a shell. What has been read is gone, so it is kept for who opens the same once more.
Result<Bytes> DiskFileSystem::read_stream(int fd, const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto [found, is_new] = streams_.try_emplace(path);
  std::vector<uint8_t>& bytes = found->second;
  for (size_t done = bytes.size(); is_new;) {
    bytes.resize(done + kSmallFile);
    const ssize_t got = ::read(fd, bytes.data() + done, kSmallFile);
    const int error = errno;
    done += got > 0 ? static_cast<size_t>(got) : 0;
    bytes.resize(done);
    if (got == 0) break;
    if (got > 0 && done <= kLargestStream) continue;
    if (got < 0 && error == EINTR) continue;
    streams_.erase(found);
    return got < 0 ? Error{std::strerror(error)} : Error{"does not end; only files may be as large"};
  }
  return Bytes(bytes.data(), bytes.size());
}

const char* DiskFileSystem::path_of(const void* address) const {
  const auto place = reinterpret_cast<uintptr_t>(address);
  for (const Mapping& mapping : mappings_)
    if (place - reinterpret_cast<uintptr_t>(mapping.address) < mapping.size) return mapping.path.c_str();
  return nullptr;
}

Result<Bytes> DiskFileSystem::map(int fd, size_t size, const std::string& path) {
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (address == MAP_FAILED) return system_error();
  const std::lock_guard lock(mutex_);
  mappings_.push_back({address, size, path});
  return Bytes(static_cast<const uint8_t*>(address), size);
}

}  // namespace xld
