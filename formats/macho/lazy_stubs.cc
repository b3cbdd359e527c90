// See lazy_stubs.h. <mach-o/loader.h>, S_LAZY_SYMBOL_POINTERS; dyld's dyld_stub_binder takes two words on the stack:
// its own, and the place of the entry in the table of lazy opcodes.
#include "formats/macho/lazy_stubs.h"

#include <algorithm>
#include <array>

#include "arch/field.h"
#include "formats/macho/imports.h"
#include "formats/macho/macho.h"
#include "formats/macho/object.h"
#include "formats/macho/slot_chunks.h"
#include "formats/macho/state.h"

namespace xld::macho {

namespace {

constexpr std::string_view kBinder = "dyld_stub_binder";

struct HelperShape {
  uint32_t head_size, entry_size;
  void (*write_head)(uint8_t* out, uint64_t address, uint64_t loader_word, uint64_t binder_slot);
  void (*write_entry)(uint8_t* out, uint64_t address, uint64_t head, uint32_t offset);
};

template <size_t N>
void put(uint8_t* out, const std::array<uint8_t, N>& code) {
  std::copy(code.begin(), code.end(), out);
}

void put_distance(uint8_t* field, uint64_t address, uint64_t target) {
  store(field, static_cast<uint32_t>(target - (address + 4)));
}

void write_head_x86_64(uint8_t* out, uint64_t address, uint64_t loader_word, uint64_t binder_slot) {
  put(out, std::to_array<uint8_t>({0x4c, 0x8d, 0x1d, 0, 0, 0, 0,  // leaq  __dyld_private(%rip), %r11
                                   0x41, 0x53,                    // pushq %r11
                                   0xff, 0x25, 0, 0, 0, 0,        // jmpq  *dyld_stub_binder@GOT(%rip)
                                   0x90}));
  put_distance(out + 3, address + 3, loader_word);
  put_distance(out + 11, address + 11, binder_slot);
}

void write_head_i386(uint8_t* out, uint64_t /*address*/, uint64_t loader_word, uint64_t binder_slot) {
  put(out, std::to_array<uint8_t>({0x68, 0, 0, 0, 0,        // pushl $__dyld_private
                                   0xff, 0x25, 0, 0, 0, 0,  // jmpl  *dyld_stub_binder
                                   0x90}));
  store(out + 1, static_cast<uint32_t>(loader_word));
  store(out + 7, static_cast<uint32_t>(binder_slot));
}

void write_moving_head_i386(uint8_t* out, uint64_t address, uint64_t loader_word, uint64_t binder_slot) {
  put(out, std::to_array<uint8_t>({0xe8, 0, 0, 0, 0,           //    calll 1f
                                   0x58,                       // 1: popl  %eax
                                   0x8d, 0x88, 0, 0, 0, 0,     //    leal  __dyld_private-1b(%eax), %ecx
                                   0x51,                       //    pushl %ecx
                                   0xff, 0xa0, 0, 0, 0, 0}));  //    jmpl  *dyld_stub_binder-1b(%eax)
  store(out + 8, static_cast<uint32_t>(loader_word - (address + 5)));
  store(out + 15, static_cast<uint32_t>(binder_slot - (address + 5)));
}

void write_entry_x86(uint8_t* out, uint64_t address, uint64_t head, uint32_t offset) {
  put(out, std::to_array<uint8_t>({0x68, 0, 0, 0, 0,     // push $offset
                                   0xe9, 0, 0, 0, 0}));  // jmp  head
  store(out + 1, offset);
  put_distance(out + 6, address + 6, head);
}

constexpr uint64_t page_of(uint64_t address) {
  return address & ~uint64_t{0xfff};
}

void write_head_arm64(uint8_t* out, uint64_t address, uint64_t loader_word, uint64_t binder_slot) {
  const auto page = [&](uint32_t instruction, uint64_t place, uint64_t target) {
    return insert_in_instruction(Field::Page21, instruction, page_of(target) - page_of(place));
  };
  store(out, page(0x90000011, address, loader_word));                                    // adrp x17, __dyld_private
  store(out + 4, insert_in_instruction(Field::PageOffset12, 0x91000231, loader_word));   // add  x17, x17, …
  store(out + 8, 0xa9bf47f0u);                                                           // stp  x16, x17, [sp, #-16]!
  store(out + 12, page(0x90000010, address + 12, binder_slot));                          // adrp x16, dyld_stub_binder
  store(out + 16, insert_in_instruction(Field::PageOffset12, 0xf9400210, binder_slot));  // ldr  x16, [x16, …]
  store(out + 20, 0xd61f0200u);                                                          // br   x16
}

void write_entry_arm64(uint8_t* out, uint64_t address, uint64_t head, uint32_t offset) {
  store(out, 0x18000050u);                                                                   // ldr w16, .+8
  store(out + 4, insert_in_instruction(Field::Branch26, 0x14000000, head - (address + 4)));  // b   head
  store(out + 8, offset);
}

const HelperShape& shape_for(const Link& link) {
  static constexpr HelperShape kX86_64 = {16, 10, write_head_x86_64, write_entry_x86};
  static constexpr HelperShape kI386 = {12, 10, write_head_i386, write_entry_x86};
  static constexpr HelperShape kMovingI386 = {20, 10, write_moving_head_i386, write_entry_x86};
  static constexpr HelperShape kArm64 = {24, 12, write_head_arm64, write_entry_arm64};
  const Cpu cpu = link.target().cpu;
  if (cpu == Cpu::I386) return is_position_independent(link.target().output) ? kMovingI386 : kI386;
  return cpu == Cpu::X86_64 ? kX86_64 : kArm64;
}

bool is_thread_variable_slot(const Link& link, SymbolId id) {
  const Claim claim = link.symbols.claim(id);
  if (!claim.is_import()) return is_thread_variable(link, link.symbols.atom(id));
  return is_import_of_variable(link, claim);
}

// Something is called that the loader can find when it is.
bool has_lazy_calls(const Link& link) {
  for (uint32_t i = 0; i < link.symbols.size(); i++) {
    const SymbolId id{i};
    const uint32_t flags = link.symbols.flags(id);
    if (!(flags & symbol_flag::kImported) || !(flags & symbol_flag::kNeedsStub)) continue;
    const Claim claim = link.symbols.claim(id);
    if (!claim.is_import() || !library_of(link.inputs.file(claim.file())).names[claim.raw_symbol()].is_weak)
      return true;
  }
  return false;
}

// The name stands in the symbol table whenever its library is linked, as with LLD, so that the table is not empty.
void want_stub_binder(Link& link) {
  MachoState& state = state_of(link);
  state.stub_binder = link.symbols.find(kBinder);
  if (!state.stub_binder.is_valid() || !link.symbols.claim(state.stub_binder).is_import()) return;
  state.features.has_lazy_binding = has_lazy_calls(link);
  link.symbols.add_flags(state.stub_binder, symbol_flag::kImported | symbol_flag::kUsed |
                                                symbol_flag::kStronglyReferenced |
                                                (state.features.has_lazy_binding ? symbol_flag::kNeedsGot : 0u));
}

}  // namespace

void settle_slot_rules(Link& link) {
  link.slot_rules.stands_apart = [&link](SymbolId id) { return is_thread_variable_slot(link, id); };
  if (!state_of(link).features.has_lazy_pointers) return;
  link.slot_rules.stubs_have_own_words = true;
  want_stub_binder(link);
}

void number_lazy_stubs(Link& link) {
  MachoState& state = state_of(link);
  const Slots& slots = link.slots;
  state.lazy_entry_of.assign(slots.stubs.size(), kNotLazy);
  if (!state.features.has_lazy_binding) return;
  for (size_t i = 0; i < slots.stubs.size(); i++) {
    const SymbolId symbol = slots.owners[slots.stubs[i].owner].symbol;
    if (!slots.stubs[i].uses_lazy_table || !symbol.is_valid()) continue;
    const uint32_t import = state.import_of[symbol.value];
    if (import == kNoImport || state.imports[import].is_weak_definition) continue;
    state.lazy_entry_of[i] = static_cast<uint32_t>(state.lazy_stubs.size());
    state.lazy_stubs.push_back(static_cast<uint32_t>(i));
  }
}

void LazyPointersChunk::write(MutableBytes out) const {
  const MachoState& state = state_of(link_);
  const Slots& slots = link_.slots;
  for (size_t i = 0; i < slots.stubs.size(); i++) {
    const Stub& stub = slots.stubs[i];
    if (!stub.uses_lazy_table) continue;
    const uint32_t entry = state.lazy_entry_of[i];
    const uint64_t value = entry == kNotLazy ? value_before_binding(link_, slots.owners[stub.owner])
                                             : state.stub_helper->entry_address(entry);
    write_field(link_.arch->address_field, out.data() + size_t{stub.slot_word} * link_.arch->word_size, value);
  }
}

StubHelperChunk::StubHelperChunk(const Link& link) : link_(link) {
  alignment = 4;
}

uint64_t StubHelperChunk::size() const {
  const HelperShape& shape = shape_for(link_);
  return shape.head_size + state_of(link_).lazy_stubs.size() * shape.entry_size;
}

uint64_t StubHelperChunk::entry_address(uint32_t entry) const {
  const HelperShape& shape = shape_for(link_);
  return address + shape.head_size + uint64_t{entry} * shape.entry_size;
}

void StubHelperChunk::write(MutableBytes out) const {
  const MachoState& state = state_of(link_);
  const HelperShape& shape = shape_for(link_);
  const uint64_t binder = link_.slots.word_address(link_.slots.record_of(state.stub_binder)->got);
  shape.write_head(out.data(), address, state.loader_word->address, binder);
  for (uint32_t i = 0; i < state.lazy_stubs.size(); i++)
    shape.write_entry(out.data() + (entry_address(i) - address), entry_address(i), address, state.lazy_offsets[i]);
}

}  // namespace xld::macho
