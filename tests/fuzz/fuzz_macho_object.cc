// A whole link of one Mach-O object with a library's stub: its load commands, symbols, subsections, relocations and
// unwind tables, of all CPUs. The last two bytes of the input, which no object cares for, choose options and the oldest
// system: relocations, opcodes, lazy ones, chains; -r has bit 7.
#include <iterator>
#include <string_view>

#include "ld/xld.h"
#include "tests/fuzz/memory_files.h"

using namespace xld;

namespace {

constexpr std::string_view kStub =
    "--- !tapi-tbd\ntbd-version: 4\ntargets: [ i386-macos, x86_64-macos, arm64-macos ]\ninstall-name: "
    "'/lib'\nexports:\n"
    "  - targets: [ i386-macos, x86_64-macos, arm64-macos ]\n    symbols: [ dyld_stub_binder, __tlv_bootstrap, _puts, "
    "_other, _exit, ___gxx_personality_v0, __Unwind_Resume ]\n...\n";

Options options_for(uint8_t bits, uint8_t system) {
  static constexpr uint32_t kSystems[] = {0, 10 << 16 | 5 << 8, 10 << 16 | 7 << 8, 10 << 16 | 15 << 8, 13 << 16};
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
  options.platform = {"macos", kSystems[system % std::size(kSystems)], 0};
  options.darwin.finds_undefined_at_run_time = options.unresolved == UnresolvedPolicy::Ignore;
  if (bits & 128) {
    options.is_relocatable = true;
    options.is_static = options.is_pie = options.gc_sections = false;
    options.icf = IcfMode::None;
  }
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  MemoryFiles files;
  files.add("fuzzed.o", {data, size});
  files.add("lib.tbd", {reinterpret_cast<const uint8_t*>(kStub.data()), kStub.size()});
  Options options = options_for(data[size - 1], data[size - 2]);
  options.inputs.push_back({.kind = InputKind::File, .name = "fuzzed.o"});
  if (!options.is_static && !options.is_relocatable)
    options.inputs.push_back({.kind = InputKind::File, .name = "lib.tbd"});
  Diagnostics diagnostics;
  link(options, diagnostics, files);
  for (const Message& message : diagnostics.sorted())
    if (message.text.empty()) __builtin_trap();
  return 0;
}
