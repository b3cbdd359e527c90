// A whole link of one object, twice over: ELF of both sizes beside the stub, written to /dev/null. The last byte of the
// input, which no object cares for, chooses the options.
#include "ld/xld.h"
#include "tests/fuzz/memory_files.h"

using namespace xld;

namespace {

Options options_for(uint8_t bits) {
  Options options;
  options.threads = 1;
  options.output = "/dev/null";
  options.eh_frame_header = true;
  options.unresolved = UnresolvedPolicy::Ignore;
  options.gc_sections = bits & 1;
  options.is_static = true;
  options.is_pie = bits & 2;
  options.no_dynamic_linker = options.is_pie;
  options.icf = bits & 4 ? IcfMode::All : IcfMode::None;
  options.optimize = bits & 8 ? 2 : 1;
  options.build_id = bits & 16 ? BuildIdKind::Fast : BuildIdKind::None;
  options.strip = bits & 32 ? StripMode::Debug : StripMode::None;
  options.relax = (bits & 64) == 0;
  options.unresolved = bits & 128 ? UnresolvedPolicy::Error : UnresolvedPolicy::Ignore;
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::vector<uint8_t> stub64 = read_stub("stub64.o");
  static const std::vector<uint8_t> stub32 = read_stub("stub32.o");
  constexpr size_t kClassByte = 4;
  if (size <= kClassByte) return 0;
  MemoryFiles files;
  files.add("fuzzed.o", {data, size});
  files.add("stub.o", data[kClassByte] == 1 ? stub32 : stub64);
  Options options = options_for(data[size - 1]);
  for (const char* name : {"fuzzed.o", "stub.o"}) options.inputs.push_back({.kind = InputKind::File, .name = name});
  Diagnostics diagnostics;
  link(options, diagnostics, files);
  for (const Message& message : diagnostics.sorted())
    if (message.text.empty()) __builtin_trap();
  return 0;
}
