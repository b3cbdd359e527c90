// The linker as a library: links objects that exist only in memory, two programs at once, each on a thread of its own.
//
//   embed OUTPUT1 OBJECT1 OUTPUT2 OBJECT2
//
// The objects are read here and handed over through a FileSystem that never looks at the disk. They must be complete
// programs: `gcc -c -ffreestanding` with a _start of their own.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "ld/xld.h"

namespace {

class MemoryFiles : public xld::FileSystem {
 public:
  explicit MemoryFiles(std::map<std::string, std::vector<uint8_t>> files) : files_(std::move(files)) {}

  xld::Result<xld::Bytes> open(const std::string& path) override {
    const auto found = files_.find(path);
    if (found == files_.end()) return xld::Error{"no such file in memory"};
    return xld::Bytes(found->second);
  }
  bool exists(const std::string& path) override { return files_.contains(path); }

 private:
  const std::map<std::string, std::vector<uint8_t>> files_;
};

std::vector<uint8_t> read_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct Job {
  const char* output;
  const char* object;
  bool is_linked = false;
};

void run(Job& job) {
  MemoryFiles files({{"program.o", read_file(job.object)}});

  xld::Options options;
  options.is_static = true;
  options.threads = 1;
  options.output = job.output;
  options.inputs.push_back({.kind = xld::InputKind::File, .name = "program.o"});

  xld::Diagnostics diagnostics;
  job.is_linked = xld::link(options, diagnostics, files);
  for (const xld::Message& message : diagnostics.sorted()) std::fprintf(stderr, "%s\n", message.text.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("usage: embed OUTPUT1 OBJECT1 OUTPUT2 OBJECT2\n", stderr);
    return 2;
  }
  Job first{argv[1], argv[2]};
  Job second{argv[3], argv[4]};
  std::thread other(run, std::ref(second));
  run(first);
  other.join();
  return first.is_linked && second.is_linked ? 0 : 1;
}
