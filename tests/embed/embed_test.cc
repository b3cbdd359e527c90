// Links in one process: at once, repeated, and with 1, 2 and 16 threads. Always the same bytes as a link alone.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include "ld/xld.h"

namespace {

using namespace xld;

using FileBytes = std::vector<uint8_t>;

FileBytes read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// CMake hands lists over with bars between.
std::vector<std::string> split_list(const std::string& list) {
  std::vector<std::string> parts;
  std::istringstream stream(list);
  for (std::string part; std::getline(stream, part, '|');) parts.push_back(part);
  return parts;
}

class MemoryFiles : public FileSystem {
 public:
  void add(const std::string& path) { files_[path] = read_file(path); }

  Result<Bytes> open(const std::string& path) override {
    const auto found = files_.find(path);
    if (found == files_.end()) return Error{"no such file in memory"};
    return Bytes(found->second);
  }
  bool exists(const std::string& path) override { return files_.contains(path); }

 private:
  std::map<std::string, FileBytes> files_;
};

// An output path of its own that is gone afterwards.
class TemporaryPath {
 public:
  TemporaryPath() {
    std::string name = (std::filesystem::temp_directory_path() / "xld-embed-XXXXXX").string();
    const int fd = ::mkstemp(name.data());
    EXPECT_GE(fd, 0);
    ::close(fd);
    path_ = name;
  }
  ~TemporaryPath() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Program {
  std::string name;
  std::vector<std::string> files;
  std::string plugin = {};
};

// crt1.o crti.o crtbeginT.o OBJECT libraries... crtend.o crtn.o
Program program_with_libraries(const std::string& object) {
  std::vector<std::string> files = split_list(SYSTEM_FILES);
  files.insert(files.begin() + 3, object);
  return {object, files};
}

std::vector<Program> all_programs() {
  std::vector<Program> programs{{"exit32", {PROGRAM32}}};
  for (const std::string& object : split_list(PROGRAMS)) programs.push_back(program_with_libraries(object));
  programs.push_back(program_with_libraries(INTERMEDIATE_PROGRAM));
  programs.back().plugin = PLUGIN;
  return programs;
}

Options options_for(const Program& program, uint32_t threads) {
  Options options;
  options.is_static = true;
  options.eh_frame_header = true;
  options.build_id = BuildIdKind::Sha1;
  options.threads = threads;
  if (!program.plugin.empty()) options.plugins.push_back({program.plugin, {}});
  options.search_paths = {"/usr/lib/x86_64-linux-gnu"};  // libm.a is a script that names its parts
  for (const std::string& file : program.files) options.inputs.push_back({.kind = InputKind::File, .name = file});
  return options;
}

// The output; nothing, and a failed test, if the link fails.
FileBytes link_program(const Program& program, uint32_t threads, FileSystem& files) {
  const TemporaryPath output;
  Options options = options_for(program, threads);
  options.output = output.path();
  Diagnostics diagnostics;
  const bool is_linked = link(options, diagnostics, files);
  for (const Message& message : diagnostics.sorted()) ADD_FAILURE() << program.name << ": " << message.text;
  return is_linked ? read_file(output.path()) : FileBytes();
}

FileBytes link_from_disk(const Program& program, uint32_t threads) {
  DiskFileSystem files;
  return link_program(program, threads, files);
}

// Links each program on a thread of its own, all at once.
std::vector<FileBytes> link_all_at_once(const std::vector<Program>& programs, uint32_t threads, FileSystem* shared) {
  std::vector<FileBytes> outputs(programs.size());
  std::vector<std::thread> workers;
  for (size_t i = 0; i < programs.size(); i++)
    workers.emplace_back([&, i] {
      outputs[i] = shared ? link_program(programs[i], threads, *shared) : link_from_disk(programs[i], threads);
    });
  for (std::thread& worker : workers) worker.join();
  return outputs;
}

std::vector<FileBytes> link_one_after_the_other(const std::vector<Program>& programs) {
  std::vector<FileBytes> outputs;
  for (const Program& program : programs) outputs.push_back(link_from_disk(program, 1));
  return outputs;
}

TEST(Embed, SeveralLinksAtOnceGiveWhatEachGivesAlone) {
  const std::vector<Program> programs = all_programs();
  const std::vector<FileBytes> expected = link_one_after_the_other(programs);
  for (int round = 0; round < 3; round++)
    for (const uint32_t threads : {1u, 2u}) EXPECT_TRUE(link_all_at_once(programs, threads, nullptr) == expected);
}

TEST(Embed, LinksAtOnceMayShareFilesInMemory) {
  const std::vector<Program> programs = all_programs();
  MemoryFiles files;
  for (const Program& program : programs)
    for (const std::string& file : program.files) files.add(file);
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/x86_64-linux-gnu"))
    if (entry.path().filename().string().starts_with("libm-") || entry.path().filename() == "libmvec.a")
      files.add(entry.path().string());
  EXPECT_TRUE(link_all_at_once(programs, 2, &files) == link_one_after_the_other(programs));
}

TEST(Embed, TheNumberOfThreadsChangesNoByte) {
  for (const Program& program : all_programs()) {
    const FileBytes expected = link_from_disk(program, 1);
    ASSERT_FALSE(expected.empty());
    for (const uint32_t threads : {1u, 2u, 16u})
      for (int round = 0; round < 2; round++)
        EXPECT_TRUE(link_from_disk(program, threads) == expected) << program.name << ", " << threads << " threads";
  }
}

TEST(Embed, AFailedLinkLeavesTheOlderOutputAndTheOtherLinkAlone) {
  const std::vector<Program> programs = all_programs();
  const FileBytes expected = link_from_disk(programs[1], 1);
  const TemporaryPath older;
  std::ofstream(older.path()) << "older";
  std::thread failing([&] {
    Options options = options_for({"broken", {"/nonexistent.o"}}, 1);
    options.output = older.path();
    DiskFileSystem files;
    Diagnostics diagnostics;
    EXPECT_FALSE(link(options, diagnostics, files));
    EXPECT_EQ(diagnostics.sorted().size(), 1u);
  });
  EXPECT_TRUE(link_from_disk(programs[1], 1) == expected);
  failing.join();
  const FileBytes left = read_file(older.path());
  EXPECT_EQ(std::string(left.begin(), left.end()), "older");
}

}  // namespace
