// Files in memory for fuzz targets: the fuzzed one, and the stub it is linked with.
#pragma once

#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "core/file_system.h"

namespace xld {

class MemoryFiles : public FileSystem {
 public:
  void add(const std::string& path, Bytes bytes) { files_[path] = {bytes.begin(), bytes.end()}; }

  Result<Bytes> open(const std::string& path) override {
    const auto found = files_.find(path);
    if (found == files_.end()) return Error{"no such file"};
    return Bytes(found->second);
  }
  bool exists(const std::string& path) override { return files_.contains(path); }

 private:
  std::map<std::string, std::vector<uint8_t>> files_;
};

inline std::vector<uint8_t> read_stub(const std::string& name) {
  std::ifstream file(STUB_FOLDER "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace xld
