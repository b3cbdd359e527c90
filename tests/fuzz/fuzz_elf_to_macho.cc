// An ELF object becomes a Mach-O object, and a whole link of that. The last byte chooses CPU and options.
#include "formats/elf_to_macho/translate.h"
#include "ld/xld.h"
#include "tests/fuzz/memory_files.h"

using namespace xld;

namespace {

constexpr Cpu kCpus[] = {Cpu::X86_64, Cpu::Arm64, Cpu::I386, Cpu::X86_64};

void link_it(Bytes object, Cpu cpu, uint8_t bits) {
  MemoryFiles files;
  files.add("fuzzed.o", object);
  Options options;
  options.threads = 1;
  options.output = "/dev/null";
  options.target.format = ObjectFormat::MachO;
  options.target.cpu = cpu;
  options.unresolved = UnresolvedPolicy::Ignore;
  options.is_shared = bits & 4;
  options.gc_sections = bits & 8;
  options.inputs.push_back({.kind = InputKind::File, .name = "fuzzed.o"});
  Diagnostics diagnostics;
  link(options, diagnostics, files);
  for (const Message& message : diagnostics.sorted())
    if (message.text.empty()) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const uint8_t bits = data[size - 1];
  const Cpu cpu = kCpus[bits & 3];
  const elf_to_macho::Translation translation = elf_to_macho::translate({data, size}, {cpu, true});
  if (translation.object.empty() && translation.problems.empty()) __builtin_trap();
  link_it({data, size}, cpu, bits);
  return 0;
}
