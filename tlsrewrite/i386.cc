// i386: the sequences of "ELF Handling For Thread-Local Storage" §4.4.5 and §5.4 (the GNU and the Sun variants) and of
// the TLS descriptor paper.
//
// The thread pointer is the word at %gs:0; thread-local data lies below it. A dynamic access ends with the variable's
// address, or its block's, in %eax:
//
//   local-exec    mov %gs:0,%eax; sub $x@tpoff,%eax (the negated offset)
//   initial-exec  mov %gs:0,%eax; add x@gotntpoff(%reg),%eax
//
// with the GOT register that the replaced code used. All arithmetic is modulo 2^32, so every value fits.
#include "arch/x86.h"
#include "tlsrewrite/rewriter.h"

namespace xld {
namespace {

using enum TlsModel;

constexpr CallSequence kCalls[] = {
    // lea x@tlsgd(,%ebx,1),%eax; call ___tls_get_addr@PLT
    {GeneralDynamic, 3, 8, "8d 04 1d ........ e8 ........"},
    // lea x@tlsgd(%reg),%eax; call ___tls_get_addr@PLT; nop
    {GeneralDynamic, 2, 7, "8d 8r ........ e8 ........ 90"},
    // lea x@tlsgd(%reg),%eax; call *___tls_get_addr@GOT(%reg)
    {GeneralDynamic, 2, 8, "8d 8r ........ ff 9r ........"},
    // lea x@tlsgd(%reg),%eax; addr32 call ___tls_get_addr: the former, already shortened
    {GeneralDynamic, 2, 8, "8d 8r ........ 67 e8 ........"},
    // The same for the module: lea x@tlsldm(%reg),%eax; call ...
    {LocalDynamic, 2, 7, "8d 8r ........ e8 ........"},
    {LocalDynamic, 2, 8, "8d 8r ........ ff 9r ........"},
    {LocalDynamic, 2, 8, "8d 8r ........ 67 e8 ........"},
    // Sun's: lea x@dtlndx(%ebx),%edx; push %edx; call x@TLSPLT; pop %edx; nop
    {GeneralDynamic, 2, 0, "8d 93 ........ 52 e8 ........ 5a 90"},
    // lea x@tmdnx(%ebx),%edx; push %edx; call x@TLSPLT; pop %edx
    {LocalDynamic, 2, 0, "8d 93 ........ 52 e8 ........ 5a"},
};

constexpr uint8_t kLoadThreadPointer[] = {0x65, 0xa1, 0, 0, 0, 0};       // mov %gs:0,%eax
constexpr uint8_t kSubtractOffset[] = {0x81, 0xe8};                      // sub $imm32,%eax
constexpr uint8_t kAddSlot[] = {0x03, 0x80};                             // add disp32(%reg),%eax, plus the register
constexpr uint8_t kFiveByteNop[] = {0x90, 0x8d, 0x74, 0x26, 0x00};       // nop; lea 0(%esi),%esi: known to every i386
constexpr uint8_t kSixByteNop[] = {0x8d, 0xb6, 0x00, 0x00, 0x00, 0x00};  // lea 0(%esi),%esi

// The GOT register of a sequence: the base of its lea, or %ebx as the index.
uint8_t got_register(const uint8_t* start, const CallSequence& call) {
  return call.field == 3 ? x86::kEbx : x86::base_of(start[1]);
}

// Number 4 is no register but says that another byte follows. %eax no longer holds the GOT when the slot is added.
bool can_rewrite_call(const uint8_t* start, const CallSequence& call, TlsModel model) {
  constexpr uint8_t kEax = 0;
  constexpr uint8_t kNoRegister = 4;
  const uint8_t base = got_register(start, call);
  return base != kNoRegister && (model == LocalExec || base != kEax);
}

// Of a local-dynamic access the thread pointer alone remains.
void fill_module_call(MutableBytes rest) {
  const bool is_short = rest.size() == sizeof kFiveByteNop;
  std::memcpy(rest.data(), is_short ? kFiveByteNop : kSixByteNop, is_short ? sizeof kFiveByteNop : sizeof kSixByteNop);
  if (!is_short) x86::fill_with_nops(rest.subspan(sizeof kSixByteNop));
}

// A general-dynamic sequence has 12 or 14 bytes, a local-dynamic one 11 to 13.
bool rewrite_call(uint8_t* start, const CallSequence& call, TlsModel model, const TlsValues& values) {
  constexpr size_t kAccessSize = sizeof kLoadThreadPointer + sizeof kSubtractOffset + 4;
  const uint8_t base = got_register(start, call);
  const MutableBytes code(start, call.pattern.size);
  uint8_t* next = start + sizeof kLoadThreadPointer;
  std::memcpy(start, kLoadThreadPointer, sizeof kLoadThreadPointer);
  if (call.model == LocalDynamic) return fill_module_call(code.subspan(sizeof kLoadThreadPointer)), true;
  if (model == LocalExec) {
    std::memcpy(next, kSubtractOffset, sizeof kSubtractOffset);
    store(next + sizeof kSubtractOffset, static_cast<uint32_t>(-values.thread_offset));
  } else {
    std::memcpy(next, kAddSlot, sizeof kAddSlot);
    next[1] |= base;
    store(next + sizeof kAddSlot, static_cast<uint32_t>(values.slot - values.got_base));
  }
  x86::fill_with_nops(code.subspan(kAccessSize));
  return true;
}

bool is_short_move(const uint8_t* field, From from) {
  return from == From::Nothing && field[-1] == x86::kMoveMemoryEax;
}

// mov, add or sub of x@indntpoff (the slot's address), or of x@gotntpoff(%reg) and x@gottpoff(%reg).
bool is_slot_load(Bytes code, const Reloc& reloc) {
  if (reloc.addend != 0 || !x86::has_room(code, reloc.offset, 1)) return false;
  const uint8_t* field = code.data() + reloc.offset;
  if (is_short_move(field, reloc.from)) return true;
  if (reloc.offset < 2 || x86::immediate_form(field[-2]).opcode == 0) return false;
  return reloc.from == From::GotBase ? x86::is_base_and_displacement(field[-1]) : x86::is_displacement_only(field[-1]);
}

bool rewrite_slot_load(uint8_t* field, const Reloc& reloc, const TlsValues& values) {
  const bool is_negated = reloc.want == Want::TlsNegatedOffsetSlot;
  const auto value = static_cast<uint32_t>(is_negated ? -values.thread_offset : values.thread_offset);
  if (is_short_move(field, reloc.from)) {
    field[-1] = x86::kMoveImmediateEax;
    store(field, value);
  } else if (x86::can_add_by_lea(field[-2], field[-1])) {
    x86::add_by_lea(field, 2, value);
  } else {
    x86::use_immediate(field, 2, x86::immediate_form(field[-2]), value);
  }
  return true;
}

// lea x@tlsdesc(%reg),%reg
bool is_descriptor_load(Bytes code, const Reloc& reloc) {
  if (!x86::has_room(code, reloc.offset, 2)) return false;
  const uint8_t* field = code.data() + reloc.offset;
  return field[-2] == x86::kLoadAddress && x86::is_base_and_displacement(field[-1]);
}

// mov $x@ntpoff,%reg or mov x@gotntpoff(%reg),%reg: the function of a descriptor returns an offset, too.
bool rewrite_descriptor_load(uint8_t* field, const Reloc& /*reloc*/, TlsModel model, const TlsValues& values) {
  if (model == LocalExec) {
    x86::use_immediate(field, 2, x86::kMoveImmediate, static_cast<uint32_t>(values.thread_offset));
  } else {
    field[-2] = x86::kMove;
    store(field, static_cast<uint32_t>(values.slot - values.got_base));
  }
  return true;
}

}  // namespace

constinit const TlsRewriter kTlsRewriterI386 = {
    .calls = kCalls,
    .can_rewrite_call = can_rewrite_call,
    .is_slot_load = is_slot_load,
    .is_descriptor_load = is_descriptor_load,
    .descriptor_call = "ff 10",  // call *(%eax)
    .rewrite_call = rewrite_call,
    .rewrite_slot_load = rewrite_slot_load,
    .rewrite_descriptor_load = rewrite_descriptor_load,
};

}  // namespace xld
