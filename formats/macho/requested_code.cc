// See requested_code.h. Calls of Objective-C methods are in message_stubs.h; here is what <sys/sdt.h> makes of a static
// probe: a call of ___dtrace_probe$…, or of ___dtrace_isenabled$… for the question whether somebody listens. Nobody
// does, as the output does not describe its probes: one function does nothing, the other answers no.
#include "formats/macho/requested_code.h"

#include <algorithm>
#include <vector>

#include "formats/macho/macho.h"
#include "formats/macho/message_stubs.h"
#include "formats/macho/objc_lists.h"
#include "formats/macho/object_assembler.h"

namespace xld::macho {

namespace {

constexpr std::string_view kProbe = "___dtrace_probe$", kIsEnabled = "___dtrace_isenabled$";

std::vector<uint8_t> probe_code(Cpu cpu, bool answers) {
  if (cpu == Cpu::Arm64) {
    const std::vector<uint8_t> no = {0x00, 0x00, 0x80, 0xd2}, ret = {0xc0, 0x03, 0x5f, 0xd6};  // mov x0, #0; ret
    std::vector<uint8_t> code = answers ? no : std::vector<uint8_t>();
    code.insert(code.end(), ret.begin(), ret.end());
    return code;
  }
  return answers ? std::vector<uint8_t>{0x31, 0xc0, 0xc3} : std::vector<uint8_t>{0xc3};  // xorl %eax, %eax; ret
}

bool is_wanted(const Link& link, SymbolId id) {
  return link.symbols.claim(id) == Claim() && link.symbols.has(id, symbol_flag::kReferenced);
}

bool add_probes(const Link& link, ObjectAssembler& object) {
  std::vector<std::string_view> names;
  for (uint32_t i = 0; i < link.symbols.size(); i++) {
    const std::string_view name = link.symbols.name(SymbolId{i});
    const bool is_probe = name.starts_with(kProbe) || name.starts_with(kIsEnabled);
    if (is_probe && is_wanted(link, SymbolId{i})) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  for (const std::string_view name : names) {
    const std::vector<uint8_t> code = probe_code(link.target().cpu, name.starts_with(kIsEnabled));
    const uint32_t section =
        object.section("__TEXT", "__text", S_REGULAR | S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS);
    BuiltSymbol symbol;
    symbol.name = name;
    symbol.place = object.append(section, code, code.size(), 4);
    symbol.type = N_EXT | N_PEXT;
    object.add_symbol(std::move(symbol));
  }
  return !names.empty();
}

}  // namespace

std::string make_requested_code(const Link& link) {
  ObjectAssembler assembler(link.target().cpu);
  SelectorReferences selectors(assembler);
  const bool has_stubs = add_message_stubs(link, assembler, selectors);
  const bool has_probes = add_probes(link, assembler);
  const bool has_lists = rewrite_objc_lists(link, assembler, selectors);
  if (!has_stubs && !has_probes && !has_lists) return {};
  auto object = assembler.finish();
  if (!object) link.diagnostics().error("code made by the linker: " + object.error().message);
  return object ? std::move(*object) : std::string();
}

}  // namespace xld::macho
