// FileSystem: where input bytes come from. Behind an interface, so that tests and embedders can link from memory.
//
// Ownership: the FileSystem owns the bytes it hands out until it is destroyed. Threads: all functions may be called
// from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"

namespace xld {

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // The file's bytes, which nobody may write. The error says what the system said, without the path.
  virtual Result<Bytes> open(const std::string& path) = 0;
  // True if there is something that open() could open.
  virtual bool exists(const std::string& path) = 0;
  // See Image::TemporaryListener.
  virtual void note_temporary(const std::string& /*path*/) {}
};

// The real one: small files are read into memory of our own (cheaper than a mapping each), large ones are mapped.
class DiskFileSystem : public FileSystem {
 public:
  ~DiskFileSystem() override;

  Result<Bytes> open(const std::string& path) override;
  bool exists(const std::string& path) override;

  // The mapped file that contains an address, or nothing. Takes no lock: for the report of a fault that ends the
  // program.
  const char* path_of(const void* address) const;

 private:
  struct Mapping {
    void* address = nullptr;
    size_t size = 0;
    std::string path;
  };
  struct Block {
    uint8_t* data = nullptr;
    size_t capacity = 0;
    size_t used = 0;
  };

  Result<Bytes> read_small(int fd, size_t size);
  Result<Bytes> map(int fd, size_t size, const std::string& path);
  Result<Bytes> read_stream(int fd, const std::string& path);
  uint8_t* reserve(size_t size);

  std::mutex mutex_;
  std::vector<Mapping> mappings_;
  std::vector<Block> blocks_;
  std::map<std::string, std::vector<uint8_t>> streams_;  // by path
};

}  // namespace xld
