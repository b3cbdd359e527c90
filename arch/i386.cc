// i386: GOT loads shortened as in the i386 psABI §B.1, stubs, padding.
//
// There is no PC-relative addressing: position-independent code keeps the address of the GOT in a register, most often
// %ebx, and addresses slots and local data from it (From::GotBase); other code names the slot's address itself
// (From::Nothing). Addresses wrap around at 2^32, so every rewriting fits.
#include <algorithm>

#include "arch/arch.h"
#include "arch/x86.h"

namespace xld::x86 {
namespace {

// The ModRM byte must agree with what the relocation is relative to, else the bytes are not the instruction it
// promises.
bool has_expected_operand(uint8_t modrm, From from) {
  return from == From::GotBase ? is_base_and_displacement(modrm) : is_displacement_only(modrm);
}

GotLoadForm classify_got_load(Bytes code, const Reloc& reloc, GotLoadFacts facts) {
  constexpr auto kKeep = GotLoadForm::Keep;
  constexpr uint8_t kLead = 2;
  if (reloc.addend != 0 || !has_room(code, reloc.offset, kLead)) return kKeep;
  const uint8_t* field = code.data() + reloc.offset;
  if (!has_expected_operand(field[-1], reloc.from)) return kKeep;

  const bool is_constant = facts.is_absolute || !facts.position_independent;
  if (field[-2] == kMove) {
    if (is_constant) return GotLoadForm::Immediate;
    return reloc.from == From::GotBase ? GotLoadForm::LoadAddress : kKeep;
  }
  if (reloc.lead == 0) return kKeep;  // R_386_GOT32 promises nothing of the instruction
  if (field[-2] == kGroup5) return classify_indirect_branch(field[-1], facts);
  return is_constant && immediate_form(field[-2]).opcode != 0 ? GotLoadForm::Immediate : kKeep;
}

bool shorten_got_load(GotLoadForm form, MutableBytes code, const Reloc& reloc, uint64_t symbol, uint64_t place,
                      uint64_t got_base) {
  if (form == GotLoadForm::Keep) return false;
  uint8_t* field = code.data() + reloc.offset;
  switch (form) {
    case GotLoadForm::LoadAddress:
      field[-2] = kLoadAddress;
      store(field, static_cast<uint32_t>(symbol - got_base));
      return true;
    case GotLoadForm::Immediate:
      use_immediate(field, 2, immediate_form(field[-2]), static_cast<uint32_t>(symbol));
      return true;
    case GotLoadForm::Call:
    case GotLoadForm::Jump:
      use_direct_branch(form, field, static_cast<uint32_t>(direct_branch_distance(form, symbol, place)));
      return true;
    default:
      return false;
  }
}

// jmp *slot, or jmp *slot@GOT(%ebx): the psABI has callers of position-independent stubs set %ebx.
void write_jump(MutableBytes code, uint64_t /*address*/, uint64_t slot, uint64_t got_base, bool position_independent) {
  code[0] = 0xff;
  code[1] = position_independent ? 0xa3 : 0x25;
  store(code.data() + 2, static_cast<uint32_t>(position_independent ? slot - got_base : slot));
}

// endbr32; the jump; int3 ...
void write_stub(MutableBytes code, uint64_t address, uint64_t slot, uint64_t got_base, bool position_independent) {
  constexpr uint8_t kStub[16] = {0xf3, 0x0f, 0x1e, 0xfb, 0, 0, 0, 0, 0, 0, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc};
  std::memcpy(code.data(), kStub, sizeof kStub);
  write_jump(code.subspan(4), address + 4, slot, got_base, position_independent);
}

// push GOT+4; jmp *GOT+8, or the same from %ebx
void write_lazy_header(MutableBytes code, uint64_t /*address*/, uint64_t got_base, bool position_independent) {
  constexpr uint8_t kHeader[16] = {0xff, 0x35, 0, 0, 0, 0, 0xff, 0x25, 0, 0, 0, 0, 0x0f, 0x1f, 0x40, 0x00};
  std::memcpy(code.data(), kHeader, sizeof kHeader);
  if (position_independent) {
    code[1] = 0xb3;
    code[7] = 0xa3;
  }
  const uint64_t base = position_independent ? 0 : got_base;
  store(code.data() + 2, static_cast<uint32_t>(base + 4));
  store(code.data() + 8, static_cast<uint32_t>(base + 8));
}

// push $offset of the relocation; jmp header
void write_binding(MutableBytes code, uint64_t address, uint64_t header, uint32_t index) {
  constexpr uint32_t kRelSize = 8;
  code[0] = 0x68;
  store(code.data() + 1, index * kRelSize);
  code[5] = 0xe9;
  store(code.data() + 6, static_cast<uint32_t>(header - (address + 10)));
}

// push %ecx; mov slot,%ecx (or slot@GOT(%ebx)); call 1f; 2: pause; lfence; jmp 2b; 1: mov %ecx,(%esp); mov
// 4(%esp),%ecx; ret $4; int3 ... All registers may hold arguments: %ecx is saved, and the return drops what it was
// saved to.
void write_guarded_jump(MutableBytes code, uint64_t /*address*/, uint64_t slot, uint64_t got_base,
                        bool position_independent) {
  constexpr uint8_t kCode[32] = {0x51, 0x8b, 0x0d, 0,    0,    0,    0,    0xe8, 0x07, 0,    0,
                                 0,    0xf3, 0x90, 0x0f, 0xae, 0xe8, 0xeb, 0xf9, 0x89, 0x0c, 0x24,
                                 0x8b, 0x4c, 0x24, 0x04, 0xc2, 0x04, 0x00, 0xcc, 0xcc, 0xcc};
  std::copy_n(kCode, std::min(code.size(), sizeof kCode), code.begin());
  if (position_independent) code[2] = 0x8b;
  store(code.data() + 3, static_cast<uint32_t>(position_independent ? slot - got_base : slot));
}

// push GOT+4; the guarded jump through GOT+8, or the same from %ebx
void write_guarded_header(MutableBytes code, uint64_t address, uint64_t got_base, bool position_independent) {
  std::fill(code.begin(), code.end(), uint8_t{0xcc});
  code[0] = 0xff;
  code[1] = position_independent ? 0xb3 : 0x35;
  store(code.data() + 2, static_cast<uint32_t>((position_independent ? 0 : got_base) + 4));
  write_guarded_jump(code.subspan(6), address + 6, got_base + 8, got_base, position_independent);
}

// endbr32; the same; xchg %ax,%ax
void write_lazy_entry(MutableBytes code, uint64_t address, uint64_t header, uint32_t index) {
  constexpr uint8_t kEntry[16] = {0xf3, 0x0f, 0x1e, 0xfb, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x66, 0x90};
  std::memcpy(code.data(), kEntry, sizeof kEntry);
  write_binding(code.subspan(4), address + 4, header, index);
}

}  // namespace

constinit const Arch kArchI386 = {
    .cpu = Cpu::I386,
    .word_size = 4,
    .address_field = Field::Wrap32,
    .stub_size = 16,
    .lazy_header_size = 16,
    .lazy_entry_size = 16,
    .jump_size = 6,
    .binding_size = 10,
    .guarded_size = 32,
    .guarded_header_size = 48,
    .function_alignment = 16,
    .lazy_header_push = 6,
    .lazy_entry_push = 9,
    .binding_push = 5,
    .guarded_pushes = {1, 19},
    .stubs_need_got_base = true,
    .classify_got_load = classify_got_load,
    .shorten_got_load = shorten_got_load,
    .write_stub = write_stub,
    .branch_reach = 0,
    .thunk_size = 0,
    .write_thunk = nullptr,
    .write_lazy_header = write_lazy_header,
    .write_lazy_entry = write_lazy_entry,
    .write_jump = write_jump,
    .write_binding = write_binding,
    .write_guarded_jump = write_guarded_jump,
    .write_guarded_header = write_guarded_header,
    .is_branch = is_direct_branch,
    .classify_access = classify_access,
    .fill_padding = fill_with_nops,
};

}  // namespace xld::x86
