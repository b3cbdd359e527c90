// What libraries offer, from any bytes: textual stubs, Mach-O libraries, universal files, export tries.
#include "formats/macho/export_trie.h"
#include "formats/macho/library.h"
#include "formats/macho/universal.h"

using namespace xld;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes bytes(data, size);
  Arena arena;
  (void)macho::read_export_trie(bytes, [](std::string_view, uint64_t) {});
  for (const Cpu cpu : {Cpu::X86_64, Cpu::I386, Cpu::Arm64}) {
    if (const auto part = macho::slice_for(bytes, cpu)) (void)macho::read_dynamic_library(*part, cpu, arena);
    auto stubs = macho::parse_text_stub(bytes, cpu, arena);
    if (!stubs) continue;
    std::vector<std::string> problems;
    for (macho::LibraryText& stub : *stubs) (void)macho::apply_linker_symbols(std::move(stub), 1, 0x000a0900, problems);
  }
  return 0;
}
