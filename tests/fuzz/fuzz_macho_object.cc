// A whole link of one Mach-O object: its load commands, symbols, subsections and relocations of both CPUs. The last
// byte of the input, which no object cares for, chooses the options.
#include "ld/xld.h"
#include "tests/fuzz/memory_files.h"

using namespace xld;

namespace {

Options options_for(uint8_t bits) {
  Options options;
  options.threads = 1;
  options.output = "/dev/null";
  options.target.format = ObjectFormat::MachO;
  options.unresolved = bits & 1 ? UnresolvedPolicy::Error : UnresolvedPolicy::Ignore;
  options.is_static = bits & 2;
  options.is_pie = bits & 4;
  options.gc_sections = bits & 8;
  options.icf = bits & 16 ? IcfMode::All : IcfMode::None;
  options.strip = bits & 32 ? StripMode::All : StripMode::None;
  options.discard = bits & 64 ? DiscardMode::AllLocals : DiscardMode::Default;
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  MemoryFiles files;
  files.add("fuzzed.o", {data, size});
  Options options = options_for(data[size - 1]);
  options.inputs.push_back({.kind = InputKind::File, .name = "fuzzed.o"});
  Diagnostics diagnostics;
  link(options, diagnostics, files);
  for (const Message& message : diagnostics.sorted())
    if (message.text.empty()) __builtin_trap();
  return 0;
}
