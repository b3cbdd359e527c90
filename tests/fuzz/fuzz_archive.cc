// Archives: every way to read one, then a link that extracts from it.
#include "core/archive.h"
#include "ld/xld.h"
#include "tests/fuzz/memory_files.h"

using namespace xld;

namespace {

void read_all(const Archive& archive) {
  archive.for_each_symbol([&](const ArchiveSymbol& symbol) {
    if (symbol.member >= archive.member_count()) __builtin_trap();
  });
  for (uint32_t i = 0; i < archive.member_count(); i++)
    if (const auto member = archive.member(i)) archive.external_path(*member);
  if (const auto members = archive.read_members())
    for (const ArchiveMember& member : *members) archive.external_path(member);
}

void link_with(Bytes archive) {
  static const std::vector<uint8_t> stub = read_stub("stub64.o");
  MemoryFiles files;
  files.add("stub.o", stub);
  files.add("fuzzed.a", archive);
  Options options;
  options.threads = 1;
  options.output = "/dev/null";
  options.is_static = true;
  options.undefined = {"first", "second"};
  options.inputs.push_back({.kind = InputKind::File, .name = "stub.o"});
  options.inputs.push_back({.kind = InputKind::File, .name = "fuzzed.a", .whole_archive = archive.size() % 2 == 0});
  Diagnostics diagnostics;
  link(options, diagnostics, files);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (const auto archive = Archive::open({data, size}, "folder/fuzzed.a")) read_all(*archive);
  link_with({data, size});
  return 0;
}
