// Links thousands of damaged objects and archives in one process: no crash, no hang, no memory without bound.
//
//   xld_mutations SEED-DIRECTORY COUNT [FIRST]      mutation number N is the same in every run: FIRST=N repeats it
//
// Files come from memory in blocks of their exact size, so that a sanitizer sees the first byte read outside. The
// output goes to /dev/null. What a link says is not looked at, only that it ends, soon, and that a failure has a
// message.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <unistd.h>

#include "ld/xld.h"

namespace {

using namespace xld;

using Content = std::vector<uint8_t>;

class MemoryFiles : public FileSystem {
 public:
  explicit MemoryFiles(const std::map<std::string, Content>& files) : files_(files) {}
  Result<Bytes> open(const std::string& path) override {
    const auto found = files_.find(path);
    if (found == files_.end()) return Error{"no such file"};
    return Bytes(found->second);
  }
  bool exists(const std::string& path) override { return files_.count(path) != 0; }

 private:
  const std::map<std::string, Content>& files_;
};

// Inputs that belong together; the one that is damaged varies.
struct Program {
  std::vector<std::string> inputs;
};

const Program kPrograms[] = {{{"mixed.o", "helper.o"}},  {{"pic.o", "helper.a"}},
                             {{"packed.o", "helper.a"}}, {{"sections.o"}},
                             {{"sections32.o"}},         {{"mixed.o", "sections.o", "helper.o"}}};

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  uint64_t below(uint64_t limit) { return limit == 0 ? 0 : random_() % limit; }

  void damage(Content& content) {
    for (uint64_t i = below(4) + 1; i != 0; i--) damage_once(content);
    content.shrink_to_fit();
  }

 private:
  void damage_once(Content& content) {
    if (content.empty()) return;
    switch (below(12)) {
      case 0:
        content.resize(below(content.size()));
        break;
      case 1:
        copy_part(content);
        break;
      case 2:
        content[below(content.size())] ^= static_cast<uint8_t>(1 << below(8));
        break;
      default:
        overwrite_number(content);
        break;
    }
  }

  void copy_part(Content& content) {
    const size_t size = std::min<size_t>(content.size(), 1 + below(64));
    std::memmove(&content[below(content.size() - size + 1)], &content[below(content.size() - size + 1)], size);
  }

  // Numbers at the edge of something, in a place where a number is likely to stand.
  void overwrite_number(Content& content) {
    const uint64_t values[] = {0,
                               1,
                               2,
                               0x7f,
                               0x80,
                               0xff,
                               0xffff,
                               0x7fffffff,
                               0x80000000,
                               0xffffffff,
                               UINT64_MAX,
                               UINT64_MAX / 2,
                               content.size(),
                               content.size() - 1,
                               below(300),
                               below(content.size())};
    const uint64_t value = values[below(std::size(values))];
    const size_t size = std::min<size_t>(content.size(), size_t{1} << below(4));
    size_t at = position(content);
    at = std::min(at - at % size, content.size() - size);
    std::memcpy(&content[at], &value, size);
  }

  // Half of the blows hit the file header or the table it points to.
  size_t position(const Content& content) {
    const uint64_t choice = below(8);
    if (choice == 0) return below(std::min<size_t>(content.size(), 100));
    if (choice < 5 && content.size() > 64) {
      uint64_t table = 0;
      std::memcpy(&table, &content[content[4] == 2 ? 40 : 32], content[4] == 2 ? 8 : 4);
      if (table < content.size()) return table + below(content.size() - table);
    }
    return below(content.size());
  }

  std::mt19937_64 random_;
};

Options choose_options(const Program& program, Mutator& mutator) {
  Options options;
  for (const std::string& name : program.inputs) options.inputs.push_back({InputKind::File, name});
  options.output = "/dev/null";
  options.threads = 1;
  options.is_static = true;
  options.gc_sections = mutator.below(2) != 0;
  options.eh_frame_header = mutator.below(2) != 0;
  options.is_pie = mutator.below(3) == 0;
  options.no_dynamic_linker = options.is_pie;
  options.icf = mutator.below(3) == 0 ? IcfMode::All : IcfMode::None;
  options.optimize = static_cast<int>(mutator.below(3));
  options.build_id = mutator.below(3) == 0 ? BuildIdKind::Fast : BuildIdKind::None;
  // Most links must come to their end: nothing but the damage may stop them.
  options.unresolved = mutator.below(8) == 0 ? UnresolvedPolicy::Error : UnresolvedPolicy::Ignore;
  options.allow_multiple_definition = mutator.below(8) != 0;
  if (mutator.below(6) == 0) options.inputs.back().whole_archive = true;
  return options;
}

Content read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    std::exit(EXIT_FAILURE);
  }
  return Content(std::istreambuf_iterator<char>(file), {});
}

using Clock = std::chrono::steady_clock;

bool run_one(const std::map<std::string, Content>& intact, uint64_t number) {
  Mutator mutator(number);
  const Program& program = kPrograms[mutator.below(std::size(kPrograms))];
  std::map<std::string, Content> files;
  for (const std::string& name : program.inputs) files[name] = intact.at(name);
  mutator.damage(files[program.inputs[mutator.below(program.inputs.size())]]);
  const Options options = choose_options(program, mutator);
  Diagnostics diagnostics;
  MemoryFiles memory(files);
  const auto start = Clock::now();
  const bool is_linked = link(options, diagnostics, memory);
  const auto seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (seconds > 5) {
    std::fprintf(stderr, "mutation %lu took %.1f s\n", number, seconds);
    return false;
  }
  if (is_linked || !diagnostics.sorted().empty()) return true;
  std::fprintf(stderr, "mutation %lu failed without a message\n", number);
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return EXIT_FAILURE;
  std::map<std::string, Content> intact;
  for (const Program& program : kPrograms)
    for (const std::string& name : program.inputs)
      if (intact.count(name) == 0) intact[name] = read_file(std::string(argv[1]) + "/" + name);
  const uint64_t first = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 0;
  const uint64_t count = std::strtoull(argv[2], nullptr, 10);
  bool passed = true;
  for (uint64_t number = first; number < first + count; number++) {
    // A crash leaves no other trace of which mutation it was.
    if (argc > 3 || std::getenv("XLD_MUTATIONS_VERBOSE")) std::fprintf(stderr, "mutation %lu\n", number);
    passed &= run_one(intact, number);
  }
  return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
