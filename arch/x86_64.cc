// x86-64: GOT loads shortened as in the x86-64 psABI §B.2, stubs, padding.
//
// The assembler promises with R_X86_64_GOTPCRELX and its siblings that the field belongs to a plain instruction with
// that many bytes before it (Reloc::lead); then every form may change. The older R_X86_64_GOTPCREL promises nothing, so
// only `mov` with a REX.W prefix, which nothing else resembles, becomes `lea`. Code in the upper 2 GiB or far data are
// legal in the large code models: every rewriting is checked for range.
#include <algorithm>

#include "arch/arch.h"
#include "arch/x86.h"

namespace xld::x86 {
namespace {

constexpr uint8_t kRexLead = 3;

bool has_expected_prefix(const uint8_t* field, uint8_t lead) {
  switch (lead) {
    case 2:
      return true;
    case 3:
      return (field[-3] & 0xf0) == 0x40;
    default:
      return has_wide_prefix(field, lead);
  }
}

GotLoadForm classify_move(bool is_promised, GotLoadFacts facts) {
  if (!facts.is_absolute) return GotLoadForm::LoadAddress;
  if (is_promised) return GotLoadForm::Immediate;
  return facts.position_independent ? GotLoadForm::Keep : GotLoadForm::LoadAddress;
}

GotLoadForm classify_got_load(Bytes code, const Reloc& reloc, GotLoadFacts facts) {
  constexpr auto kKeep = GotLoadForm::Keep;
  const bool is_promised = reloc.lead != 0;
  const uint8_t lead = is_promised ? reloc.lead : kRexLead;
  if (reloc.addend != -4) return kKeep;  // reads a neighbour of the slot
  if (!has_room(code, reloc.offset, lead)) return kKeep;

  const uint8_t* field = code.data() + reloc.offset;
  if (!is_displacement_only(field[-1]) || !has_expected_prefix(field, lead)) return kKeep;
  if (!is_promised) {
    const bool is_wide_move = field[-2] == kMove && has_wide_prefix(field, lead);
    return is_wide_move ? classify_move(is_promised, facts) : kKeep;
  }
  if (field[-2] == kMove) return classify_move(is_promised, facts);
  if (field[-2] == kGroup5 && lead == 2) return classify_indirect_branch(field[-1], facts);
  const bool is_constant = facts.is_absolute || !facts.position_independent;
  return is_constant && immediate_form(field[-2]).opcode != 0 ? GotLoadForm::Immediate : kKeep;
}

bool load_address(uint8_t* field, uint64_t distance) {
  if (!fits(Field::Signed32, distance)) return false;
  field[-2] = kLoadAddress;
  store(field, static_cast<uint32_t>(distance));
  return true;
}

bool branch(GotLoadForm form, uint8_t* field, uint64_t distance) {
  if (!fits(Field::Signed32, distance)) return false;
  use_direct_branch(form, field, static_cast<uint32_t>(distance));
  return true;
}

bool load_immediate(uint8_t* field, uint8_t lead, uint64_t symbol) {
  const bool is_wide = lead != 2 && (field[-3] & 0x08) != 0;  // W is the same bit of REX and of REX2
  if (!fits(is_wide ? Field::Signed32 : Field::Unsigned32, symbol)) return false;
  use_immediate(field, lead, immediate_form(field[-2]), static_cast<uint32_t>(symbol));
  return true;
}

bool shorten_got_load(GotLoadForm form, MutableBytes code, const Reloc& reloc, uint64_t symbol, uint64_t place,
                      uint64_t /*got_base*/) {
  if (form == GotLoadForm::Keep) return false;
  uint8_t* field = code.data() + reloc.offset;
  switch (form) {
    case GotLoadForm::LoadAddress:
      return load_address(field, symbol - (place + 4));
    case GotLoadForm::Immediate:
      return load_immediate(field, reloc.lead, symbol);
    case GotLoadForm::Call:
    case GotLoadForm::Jump:
      return branch(form, field, direct_branch_distance(form, symbol, place));
    default:
      return false;
  }
}

// jmp *slot(%rip)
void write_jump(MutableBytes code, uint64_t address, uint64_t slot, uint64_t /*got_base*/,
                bool /*position_independent*/) {
  code[0] = 0xff;
  code[1] = 0x25;
  store(code.data() + 2, static_cast<uint32_t>(slot - (address + 6)));
}

// endbr64; the jump; int3 ...
void write_stub(MutableBytes code, uint64_t address, uint64_t slot, uint64_t got_base, bool position_independent) {
  constexpr uint8_t kStub[16] = {0xf3, 0x0f, 0x1e, 0xfa, 0, 0, 0, 0, 0, 0, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc};
  std::memcpy(code.data(), kStub, sizeof kStub);
  write_jump(code.subspan(4), address + 4, slot, got_base, position_independent);
}

// push GOT+8(%rip); jmp *GOT+16(%rip); nopl 0(%rax)
void write_lazy_header(MutableBytes code, uint64_t address, uint64_t got_base, bool /*position_independent*/) {
  constexpr uint8_t kHeader[16] = {0xff, 0x35, 0, 0, 0, 0, 0xff, 0x25, 0, 0, 0, 0, 0x0f, 0x1f, 0x40, 0x00};
  std::memcpy(code.data(), kHeader, sizeof kHeader);
  store(code.data() + 2, static_cast<uint32_t>(got_base + 8 - (address + 6)));
  store(code.data() + 8, static_cast<uint32_t>(got_base + 16 - (address + 12)));
}

// push $index; jmp header
void write_binding(MutableBytes code, uint64_t address, uint64_t header, uint32_t index) {
  code[0] = 0x68;
  store(code.data() + 1, index);
  code[5] = 0xe9;
  store(code.data() + 6, static_cast<uint32_t>(header - (address + 10)));
}

// mov slot(%rip),%r11; call 1f; 2: pause; lfence; jmp 2b; 1: mov %r11,(%rsp); ret; int3 ...
// %r11 belongs to stubs (psABI §3.2.3).
void write_guarded_jump(MutableBytes code, uint64_t address, uint64_t slot, uint64_t /*got_base*/,
                        bool /*position_independent*/) {
  constexpr uint8_t kCode[32] = {0x4c, 0x8b, 0x1d, 0,    0,    0,    0,    0xe8, 0x07, 0,    0,
                                 0,    0xf3, 0x90, 0x0f, 0xae, 0xe8, 0xeb, 0xf9, 0x4c, 0x89, 0x1c,
                                 0x24, 0xc3, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc};
  std::copy_n(kCode, std::min(code.size(), sizeof kCode), code.begin());
  store(code.data() + 3, static_cast<uint32_t>(slot - (address + 7)));
}

// push GOT+8(%rip); the guarded jump through GOT+16
void write_guarded_header(MutableBytes code, uint64_t address, uint64_t got_base, bool position_independent) {
  code[0] = 0xff;
  code[1] = 0x35;
  store(code.data() + 2, static_cast<uint32_t>(got_base + 8 - (address + 6)));
  write_guarded_jump(code.subspan(6), address + 6, got_base + 16, got_base, position_independent);
}

// endbr64; the same; xchg %ax,%ax
void write_lazy_entry(MutableBytes code, uint64_t address, uint64_t header, uint32_t index) {
  constexpr uint8_t kEntry[16] = {0xf3, 0x0f, 0x1e, 0xfa, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x66, 0x90};
  std::memcpy(code.data(), kEntry, sizeof kEntry);
  write_binding(code.subspan(4), address + 4, header, index);
}

}  // namespace

constinit const Arch kArchX86_64 = {
    .cpu = Cpu::X86_64,
    .word_size = 8,
    .address_field = Field::Word64,
    .stub_size = 16,
    .lazy_header_size = 16,
    .lazy_entry_size = 16,
    .jump_size = 6,
    .binding_size = 10,
    .guarded_size = 32,
    .guarded_header_size = 32,
    .function_alignment = 16,
    .lazy_header_push = 6,
    .lazy_entry_push = 9,
    .binding_push = 5,
    .guarded_pushes = {19, 0},
    .stubs_need_got_base = false,
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
