// Image: the output file while it is written, invisible until it is complete.
//
// The bytes go to a file without a name (or with a temporary one where the file system cannot do without) in the
// output's folder; commit() gives it the output's name in one step. Without commit() nothing is left behind and an
// older output is untouched. Pages are written with pwrite from memory that is warm in the cache: on tmpfs and ext4
// that costs a half to two thirds of filling a mapping (bench/inner). Standard output and what has no offsets, pipes
// and terminals, get the bytes from memory at commit(), in order.
//
// Threads: write() may be called from any thread, for ranges that do not overlap.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "core/bytes.h"
#include "core/result.h"

namespace xld {

class Image {
 public:
  // Called before an unfinished output gets a name in the file system, and with "" when that name is gone: a program
  // that is ended by a signal in between should remove the file.
  using TemporaryListener = std::function<void(const std::string& path)>;

  // `mode` as for open(2); the umask applies. "-" is standard output; devices that have offsets are written directly.
  static Result<Image> create(const std::string& path, uint64_t size, uint32_t mode, TemporaryListener listener = {});

  Image(Image&& other) noexcept;
  Image& operator=(Image&&) = delete;
  ~Image();

  // Remembers the first failure; commit() reports it.
  void write(uint64_t offset, Bytes bytes);

  // What was written, for what is computed from finished bytes. False: they cannot be read back, as of a device.
  bool read(uint64_t offset, MutableBytes out);

  // Cuts the file off, or extends it by zeros.
  void resize(uint64_t size);

  // Nothing, or why there is no output.
  std::optional<Error> commit();

 private:
  Image(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  static Result<Image> create_stream(const std::string& path, int fd, uint64_t size);
  void fail(int error_number);
  std::optional<Error> copy_to_stream();
  std::optional<Error> give_name();
  void set_temporary(std::string path);

  std::string path_;
  TemporaryListener listener_;
  std::string temporary_;  // the file's present name; empty: it has none
  int fd_ = -1;
  int stream_ = -1;         // takes the complete bytes of fd_ at commit()
  bool is_direct_ = false;  // fd_ is a device: there is no name to give
  int error_ = 0;
  std::mutex mutex_;  // guards error_
};

}  // namespace xld
