// AArch64: stubs, padding, and loads from slots that become additions (Arm ARM, C6.2: ADRP, LDR, ADD, B).
//
// A slot is reached with two instructions: ADRP gives its page, LDR adds the offset in it and loads. If the address
// itself can be given that way, the first keeps its form and the second becomes ADD. Each of the two has a relocation
// of its own, and both are decided alike, because the decision depends on the symbol and not on the instruction.
#include "arch/arm64.h"

namespace xld::arm64 {
namespace {

constexpr uint32_t kPageMask = 0x9f000000, kPage = 0x90000000;      // adrp
constexpr uint32_t kLoadMask = 0xffc00000, kLoad = 0xf9400000;      // ldr xt, [xn, #offset]
constexpr uint32_t kAccessMask = 0xff000000, kAccess = 0xf9000000;  // ldr, str of 8 bytes at a register and an offset
constexpr uint32_t kIndirectMask = 0xff9ffc1f, kIndirect = 0xd61f0000;  // br, blr
constexpr uint32_t kAdd = 0x91000000;                                   // add xd, xn, #offset
constexpr uint32_t kStubPage = 0x90000010, kStubLoad = 0xf9400210;      // adrp x16 ; ldr x16, [x16, #offset]
constexpr uint32_t kThunkAdd = 0x91000210;                              // add x16, x16, #offset
constexpr uint32_t kStubJump = 0xd61f0200;                              // br x16
constexpr uint32_t kBranchMask = 0x7c000000, kBranch = 0x14000000;      // b, bl
constexpr uint32_t kNop = 0xd503201f;
constexpr uint64_t kPageSize = 0x1000;

constexpr uint64_t page_of(uint64_t address) {
  return address & ~(kPageSize - 1);
}

GotLoadForm classify_got_load(Bytes code, const Reloc& reloc, GotLoadFacts facts) {
  // The address of what does not move may be out of reach from what does.
  if (facts.is_absolute || reloc.addend != 0) return GotLoadForm::Keep;
  const auto instruction = read<uint32_t>(code, reloc.offset);
  if (!instruction) return GotLoadForm::Keep;
  const bool is_known =
      reloc.field == Field::Page21 ? (*instruction & kPageMask) == kPage : (*instruction & kLoadMask) == kLoad;
  return is_known ? GotLoadForm::LoadAddress : GotLoadForm::Keep;
}

bool shorten_got_load(GotLoadForm form, MutableBytes code, const Reloc& reloc, uint64_t symbol, uint64_t place,
                      uint64_t /*got_base*/) {
  if (form != GotLoadForm::LoadAddress) return false;
  uint8_t* field = code.data() + reloc.offset;
  if (reloc.field == Field::Page21) {
    const uint64_t distance = page_of(symbol) - page_of(place);
    if (!fits(Field::Page21, distance)) return false;
    write_field(Field::Page21, field, distance);
    return true;
  }
  const auto registers = load<uint32_t>(field) & 0x3ff;
  store(field, kAdd | registers);
  write_field(Field::PageOffset12, field, symbol);
  return true;
}

void write_stub(MutableBytes code, uint64_t address, uint64_t slot, uint64_t /*got_base*/,
                bool /*position_independent*/) {
  store(code.data(), insert_in_instruction(Field::Page21, kStubPage, page_of(slot) - page_of(address)));
  store(code.data() + 4, insert_in_instruction(Field::PageOffset12, kStubLoad, slot));
  store(code.data() + 8, kStubJump);
}

// x16 is for veneers: callers count on nothing in it.
void write_thunk(MutableBytes code, uint64_t address, uint64_t target) {
  store(code.data(), insert_in_instruction(Field::Page21, kStubPage, page_of(target) - page_of(address)));
  store(code.data() + 4, insert_in_instruction(Field::PageOffset12, kThunkAdd, target));
  store(code.data() + 8, kStubJump);
}

bool is_branch(Bytes code, uint64_t offset) {
  const auto instruction = read<uint32_t>(code, offset);
  return instruction && (*instruction & kBranchMask) == kBranch;
}

// True if one of the places where instructions have register numbers holds this one.
bool may_mention(uint32_t instruction, uint32_t number) {
  for (const unsigned shift : {0u, 5u, 10u, 16u})
    if ((instruction >> shift & 31) == number) return true;
  return false;
}

// What becomes of the address in register `number`: the first instruction from `offset` on that has to do with the
// register tells, if no branch comes before it.
SymbolAccess use_of_register(Bytes code, uint64_t offset, uint32_t number) {
  constexpr unsigned kLookAhead = 16;
  for (unsigned i = 0; i < kLookAhead; i++, offset += 4) {
    const auto instruction = read<uint32_t>(code, offset);
    if (!instruction) return SymbolAccess::Address;
    if ((*instruction >> 5 & 31) == number) {
      if ((*instruction & kIndirectMask) == kIndirect) return SymbolAccess::Branch;
      if ((*instruction & kAccessMask) == kAccess) return SymbolAccess::Memory;
    }
    const bool is_of_branch_group = (*instruction >> 26 & 7) == 5;  // Arm ARM C4.1.65: branches and system instructions
    if (is_of_branch_group || may_mention(*instruction, number)) return SymbolAccess::Address;
  }
  return SymbolAccess::Address;
}

SymbolAccess classify_access(Bytes code, const Reloc& reloc) {
  if ((reloc.hints & hint::kIsBranch) || reloc.want == Want::Stub) return SymbolAccess::Branch;
  const auto instruction = read<uint32_t>(code, reloc.offset);
  if (!instruction || reloc.field != Field::PageOffset12) return SymbolAccess::Address;
  if (reloc.want == Want::GotSlot && (*instruction & kLoadMask) == kLoad)
    return use_of_register(code, reloc.offset + uint64_t{4}, *instruction & 31);
  const bool is_access = reloc.want == Want::Address && (*instruction & kAccessMask) == kAccess;
  return is_access ? SymbolAccess::Memory : SymbolAccess::Address;
}

void fill_padding(MutableBytes gap) {
  const size_t odd = gap.size() % 4;
  std::fill_n(gap.begin(), odd, uint8_t{0});
  for (size_t i = odd; i < gap.size(); i += 4) store(gap.data() + i, kNop);
}

}  // namespace

constinit const Arch kArchArm64 = {
    .cpu = Cpu::Arm64,
    .word_size = 8,
    .address_field = Field::Word64,
    .stub_size = 12,
    .lazy_header_size = 0,
    .lazy_entry_size = 0,
    .jump_size = 0,
    .binding_size = 0,
    .guarded_size = 0,
    .guarded_header_size = 0,
    .function_alignment = 4,
    .lazy_header_push = 0,
    .lazy_entry_push = 0,
    .binding_push = 0,
    .guarded_pushes = {},
    .stubs_need_got_base = false,
    .classify_got_load = classify_got_load,
    .shorten_got_load = shorten_got_load,
    .write_stub = write_stub,
    .branch_reach = uint64_t{1} << 27,
    .thunk_size = 12,
    .write_thunk = write_thunk,
    // Imports are bound when the program is loaded.
    .write_lazy_header = nullptr,
    .write_lazy_entry = nullptr,
    .write_jump = nullptr,
    .write_binding = nullptr,
    .write_guarded_jump = nullptr,
    .write_guarded_header = nullptr,
    .is_branch = is_branch,
    .classify_access = classify_access,
    .fill_padding = fill_padding,
};

}  // namespace xld::arm64
