// See message_stubs.h. Each stub loads a reference to the selector, a pointer to its name that the runtime makes
// unique, and goes to _objc_msgSend: through its slot (fast), or through a stub that all share (small, arm64 only).
// What is made is a part of an object, so that slots, merged names, fixups and the removal of what is not needed are
// those of all objects.
#include "formats/macho/message_stubs.h"

#include <algorithm>
#include <vector>

#include "formats/macho/macho.h"
#include "formats/macho/object_assembler.h"

namespace xld::macho {

namespace {

constexpr std::string_view kPrefix = "_objc_msgSend$";

// A place in a stub's code that is relocated.
struct StubReloc {
  uint8_t offset, type, length;
  bool is_relative;
  bool is_selector;  // else _objc_msgSend
};

struct StubForm {
  std::vector<uint8_t> code;
  std::vector<StubReloc> relocs;
  uint64_t alignment = 1;
};

std::vector<uint8_t> instructions(std::initializer_list<uint32_t> words) {
  std::vector<uint8_t> bytes(words.size() * 4);
  size_t at = 0;
  for (const uint32_t word : words) {
    store(bytes.data() + at, word);
    at += 4;
  }
  return bytes;
}

// Types of <mach-o/arm64/reloc.h>: 2 BRANCH26, 3 PAGE21, 4 PAGEOFF12, 5 and 6 GOT_LOAD.
StubForm form_arm64(bool is_small) {
  constexpr uint32_t kPageX1 = 0x90000001, kLoadX1 = 0xf9400021, kBranch = 0x14000000, kBreak = 0xd4200020;
  if (is_small)
    return {instructions({kPageX1, kLoadX1, kBranch}),
            {{0, 3, 2, true, true}, {4, 4, 2, false, true}, {8, 2, 2, true, false}},
            4};
  return {instructions({kPageX1, kLoadX1, 0x90000010, 0xf9400210, 0xd61f0200, kBreak, kBreak, kBreak}),
          {{0, 3, 2, true, true}, {4, 4, 2, false, true}, {8, 5, 2, true, false}, {12, 6, 2, false, false}},
          32};
}

// movq selector(%rip), %rsi; jmpq *_objc_msgSend@GOT(%rip). 1 SIGNED, 4 GOT.
StubForm form_x86_64() {
  return {{0x48, 0x8b, 0x35, 0, 0, 0, 0, 0xff, 0x25, 0, 0, 0, 0}, {{3, 1, 2, true, true}, {9, 4, 2, true, false}}, 1};
}

class StubMaker {
 public:
  StubMaker(const Link& link, ObjectAssembler& object, SelectorReferences& selectors)
      : object_(object),
        selectors_(selectors),
        form_(link.target().cpu == Cpu::Arm64 ? form_arm64(link.options().darwin.has_small_objc_stubs)
                                              : form_x86_64()) {}

  void make(const std::vector<std::string_view>& names) {
    BuiltSymbol function;
    function.name = "_objc_msgSend";
    function.type = N_EXT;
    function_ = object_.add_symbol(std::move(function));
    for (const std::string_view name : names) add_stub(name);
  }

 private:
  void add_stub(std::string_view name) {
    const SymbolRef reference = selectors_.get(std::string(name.substr(kPrefix.size())));
    const uint32_t section =
        object_.section("__TEXT", "__objc_stubs", S_REGULAR | S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS);
    BuiltSymbol stub;
    stub.name = name;
    stub.place = object_.append(section, form_.code, form_.code.size(), form_.alignment);
    stub.type = N_EXT | N_PEXT;
    for (const StubReloc& reloc : form_.relocs)
      object_.add_reloc(section, record_at(stub.place.offset + reloc.offset, reloc.is_selector ? reference : function_,
                                           reloc.type, reloc.is_relative, reloc.length));
    object_.add_symbol(std::move(stub));
  }

  ObjectAssembler& object_;
  SelectorReferences& selectors_;
  StubForm form_;
  SymbolRef function_;
};

}  // namespace

bool add_message_stubs(const Link& link, ObjectAssembler& object, SelectorReferences& selectors) {
  std::vector<std::string_view> names;
  for (uint32_t i = 0; i < link.symbols.size(); i++) {
    const SymbolId id{i};
    if (!link.symbols.name(id).starts_with(kPrefix) || link.symbols.name(id).size() == kPrefix.size()) continue;
    if (link.symbols.claim(id) == Claim() && link.symbols.has(id, symbol_flag::kReferenced))
      names.push_back(link.symbols.name(id));
  }
  if (names.empty() || link.target().cpu == Cpu::I386) return false;
  std::sort(names.begin(), names.end());
  StubMaker(link, object, selectors).make(names);
  return true;
}

}  // namespace xld::macho
