// x86-64: the sequences of the x86-64 psABI §10.2 and "ELF Handling For Thread-Local Storage" §4.4.6 and §5.5.
//
// The thread pointer is the word at %fs:0. A dynamic access ends with the variable's address, or its block's, in %rax:
//
//   local-exec    mov %fs:0,%rax; lea x@tpoff(%rax),%rax
//   initial-exec  mov %fs:0,%rax; add x@gottpoff(%rip),%rax
//
// Both are as long as the shortest general-dynamic sequence. What longer sequences leave over becomes no-ops, or
// prefixes of the mov where it is short.
#include <algorithm>

#include "arch/x86.h"
#include "tlsrewrite/rewriter.h"

namespace xld {
namespace {

using enum TlsModel;

// The large code model reaches __tls_get_addr through a register that holds the address of the GOT.
constexpr CallSequence kCalls[] = {
    // data16 lea x@tlsgd(%rip),%rdi; data16 data16 rex.W call __tls_get_addr@PLT
    {GeneralDynamic, 4, 12, "66 48 8d 3d ........ 66 66 48 e8 ........"},
    // data16 lea x@tlsgd(%rip),%rdi; data16 rex.W call *__tls_get_addr@GOTPCREL(%rip)
    {GeneralDynamic, 4, 12, "66 48 8d 3d ........ 66 48 ff 15 ........"},
    // data16 lea x@tlsgd(%rip),%rdi; data16 rex.W addr32 call __tls_get_addr: the former, already shortened
    {GeneralDynamic, 4, 12, "66 48 8d 3d ........ 66 48 67 e8 ........"},
    // lea x@tlsgd(%rip),%rdi; movabs $__tls_get_addr@pltoff,%rax; add %rbx,%rax (or %r15); call *%rax
    {GeneralDynamic, 3, 9, "48 8d 3d ........ 48 b8 ................ 48 01 d8 ff d0"},
    {GeneralDynamic, 3, 9, "48 8d 3d ........ 48 b8 ................ 4c 01 f8 ff d0"},
    // The same for the module: lea x@tlsld(%rip),%rdi; call ...
    {LocalDynamic, 3, 8, "48 8d 3d ........ e8 ........"},
    {LocalDynamic, 3, 9, "48 8d 3d ........ ff 15 ........"},
    {LocalDynamic, 3, 9, "48 8d 3d ........ 67 e8 ........"},
    {LocalDynamic, 3, 9, "48 8d 3d ........ 48 b8 ................ 48 01 d8 ff d0"},
    {LocalDynamic, 3, 9, "48 8d 3d ........ 48 b8 ................ 4c 01 f8 ff d0"},
};

constexpr uint8_t kLoadThreadPointer[] = {0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0};  // mov %fs:0,%rax
constexpr uint8_t kAddOffset[] = {0x48, 0x8d, 0x80};                                  // lea disp32(%rax),%rax
constexpr uint8_t kAddSlot[] = {0x48, 0x03, 0x05};                                    // add disp32(%rip),%rax
constexpr uint8_t kAccessSize = sizeof kLoadThreadPointer + sizeof kAddOffset + 4;

bool fits_signed(uint64_t value) {
  return fits(Field::Signed32, value);
}

bool can_rewrite_call(const uint8_t* /*start*/, const CallSequence& /*call*/, TlsModel /*model*/) {
  return true;
}

// Of a local-dynamic access the thread pointer alone remains: its offsets become offsets from there.
void rewrite_module_call(MutableBytes code) {
  constexpr size_t kMostPrefixes = 4;
  const size_t rest = code.size() - sizeof kLoadThreadPointer;
  const size_t prefixes = rest <= kMostPrefixes ? rest : 0;
  std::fill_n(code.begin(), prefixes, uint8_t{0x66});
  std::memcpy(code.data() + prefixes, kLoadThreadPointer, sizeof kLoadThreadPointer);
  x86::fill_with_nops(code.subspan(prefixes + sizeof kLoadThreadPointer));
}

bool rewrite_call(uint8_t* start, const CallSequence& call, TlsModel model, const TlsValues& values) {
  const MutableBytes code(start, call.pattern.size);
  if (call.model == LocalDynamic) {
    rewrite_module_call(code);
    return true;
  }
  const bool is_local = model == LocalExec;
  const uint64_t end = values.place - call.field + kAccessSize;
  const uint64_t value = is_local ? static_cast<uint64_t>(values.thread_offset) : values.slot - end;
  if (!fits_signed(value)) return false;

  uint8_t* next = start + sizeof kLoadThreadPointer;
  std::memcpy(start, kLoadThreadPointer, sizeof kLoadThreadPointer);
  std::memcpy(next, is_local ? kAddOffset : kAddSlot, sizeof kAddOffset);
  store(next + sizeof kAddOffset, static_cast<uint32_t>(value));
  x86::fill_with_nops(code.subspan(kAccessSize));
  return true;
}

// The add of APX's extended EVEX prefix (62, three bytes, opcode) on 8 bytes. With a third operand for the result,
// memory may be either of the other two; without one, opcode 1 would store to memory.
bool is_extended_add(const uint8_t* field) {
  constexpr uint8_t kEvex = 0x62;
  constexpr uint8_t kMap4 = 4;
  const bool is_wide = (field[-4] & 0x80) != 0;
  const bool has_own_result = (field[-3] & 0x10) != 0;
  return field[-6] == kEvex && (field[-5] & 0x07) == kMap4 && is_wide &&
         (field[-2] == x86::kAdd || (field[-2] == x86::kAddToMemory && has_own_result));
}

// mov or add x@gottpoff(%rip),%reg, or another operation that can take an immediate.
bool is_slot_load(Bytes code, const Reloc& reloc) {
  if (reloc.addend != -4 || !x86::has_room(code, reloc.offset, reloc.lead)) return false;
  const uint8_t* field = code.data() + reloc.offset;
  if (reloc.lead < 3 || !x86::is_displacement_only(field[-1])) return false;
  if (reloc.lead == 6) return is_extended_add(field);
  return x86::has_wide_prefix(field, reloc.lead) && x86::immediate_form(field[-2]).opcode != 0;
}

bool rewrite_slot_load(uint8_t* field, const Reloc& reloc, const TlsValues& values) {
  if (!fits_signed(static_cast<uint64_t>(values.thread_offset))) return false;
  const auto value = static_cast<uint32_t>(values.thread_offset);
  const uint8_t opcode =
      field[-2] == x86::kAddToMemory ? x86::kAdd : field[-2];  // the extended add's other order of operands
  if (reloc.lead != 6 && x86::can_add_by_lea(opcode, field[-1])) {
    x86::add_by_lea(field, reloc.lead, value);
  } else {
    x86::use_immediate(field, reloc.lead, x86::immediate_form(opcode), value);
  }
  return true;
}

// lea x@tlsdesc(%rip),%reg
bool is_descriptor_load(Bytes code, const Reloc& reloc) {
  if (reloc.lead < 3 || !x86::has_room(code, reloc.offset, reloc.lead)) return false;
  const uint8_t* field = code.data() + reloc.offset;
  return x86::is_displacement_only(field[-1]) && field[-2] == x86::kLoadAddress &&
         x86::has_wide_prefix(field, reloc.lead);
}

// mov $x@tpoff,%reg or mov x@gottpoff(%rip),%reg: the function of a descriptor returns an offset, too.
bool rewrite_descriptor_load(uint8_t* field, const Reloc& reloc, TlsModel model, const TlsValues& values) {
  const bool is_local = model == LocalExec;
  const uint64_t value = is_local ? static_cast<uint64_t>(values.thread_offset) : values.slot - (values.place + 4);
  if (!fits_signed(value)) return false;
  if (is_local) {
    x86::use_immediate(field, reloc.lead, x86::kMoveImmediate, static_cast<uint32_t>(value));
    return true;
  }
  field[-2] = x86::kMove;
  store(field, static_cast<uint32_t>(value));
  return true;
}

}  // namespace

constinit const TlsRewriter kTlsRewriterX86_64 = {
    .calls = kCalls,
    .can_rewrite_call = can_rewrite_call,
    .is_slot_load = is_slot_load,
    .is_descriptor_load = is_descriptor_load,
    .descriptor_call = "ff 10",  // call *(%rax)
    .rewrite_call = rewrite_call,
    .rewrite_slot_load = rewrite_slot_load,
    .rewrite_descriptor_load = rewrite_descriptor_load,
};

}  // namespace xld
