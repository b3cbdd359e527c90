// See slot_access.h.
#include "tlsrewrite/slot_access.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <initializer_list>
#include <optional>

#include "arch/field.h"
#include "arch/x86.h"

namespace xld {

namespace {

using x86::Instruction;
using x86::Mode;
using Found = x86::InstructionFinder::Found;

// What the instruction makes of its relocated field.
enum class FieldUse : uint8_t {
  Access,         // %fs:SYMBOL
  ThreadPointer,  // SYMBOL(%reg), where the register holds the thread pointer
  Number,         // an immediate, or the displacement of a lea: nobody knows what becomes of it
  Unknown,
};

class SlotRewriter {
 public:
  SlotRewriter(const Found& found, Mode mode, const SlotField& field, const SlotPlace& slot, MutableBytes out,
               uint64_t begin)
      : instruction_(found.instruction),
        start_(found.start),
        mode_(mode),
        field_(field),
        slot_(slot),
        code_(out.subspan(found.start - begin, found.instruction.size)) {}

  Result<SlotChange> run() {
    switch (field_use()) {
      case FieldUse::Access:
        return rewrite_access();
      case FieldUse::ThreadPointer:
        return rewrite_offset_from_pointer();
      case FieldUse::Number:
        return rewrite_number();
      case FieldUse::Unknown:
        break;
    }
    return refuse("the field is neither the displacement nor an immediate of an instruction");
  }

  bool is_access() const { return field_use() == FieldUse::Access && instruction_.segment_prefix != 0; }

  // mov %gs:0,%reg; mov value(%reg),%reg or mov %other,value(%reg) or mov $immediate,value(%reg); jmp behind the
  // access. A store saves the register it borrows.
  void write_detour(MutableBytes out) const {
    const auto move = as_move();
    if (!move || !is_near()) return;
    const uint8_t pointer = move->is_load ? move->register_number : move->register_number == 0 ? 1 : 0;
    const auto middle = static_cast<uint8_t>(0x40 | (move->has_immediate ? 0 : move->register_number) << 3 | pointer);
    uint8_t* next = out.data();
    const auto add = [&](std::initializer_list<int> bytes) {
      for (const int byte : bytes) *next++ = static_cast<uint8_t>(byte);
    };
    if (!move->is_load) add({0x50 | pointer});
    add({slot_.segment_prefix, 0x8b, 0x05 | pointer << 3, 0, 0, 0, 0});
    add({move->has_immediate ? 0xc7 : move->is_load ? 0x8b : 0x89, middle, static_cast<uint8_t>(value())});
    if (move->has_immediate) {
      std::copy_n(code_.begin() + instruction_.immediate, 4, next);
      next += 4;
    }
    if (!move->is_load) add({0x58 | pointer});
    store_jump(next, slot_.detour + static_cast<uint64_t>(next - out.data()), address() + instruction_.size);
  }

 private:
  static constexpr size_t kJumpSize = 5;

  bool is_displacement() const {
    return instruction_.has_memory && field_.offset == start_ + instruction_.displacement &&
           size_of(field_.field) == instruction_.displacement_size;
  }

  bool is_immediate() const {
    return field_.offset == start_ + instruction_.immediate && size_of(field_.field) == instruction_.immediate_size;
  }

  bool is_load_of_address() const { return instruction_.map == 0 && instruction_.opcode == x86::kLoadAddress; }

  FieldUse field_use() const {
    if (is_displacement()) {
      if (is_load_of_address()) return FieldUse::Number;
      const bool is_through_pointer = field_.is_thread_offset && instruction_.has_base;
      return instruction_.segment_prefix == 0 && is_through_pointer ? FieldUse::ThreadPointer : FieldUse::Access;
    }
    return is_immediate() ? FieldUse::Number : FieldUse::Unknown;
  }

  // Where in the slot the access begins: what the addend means, without what it holds for the program counter's sake.
  int64_t offset_in_slot() const {
    if (!field_.is_relative) return field_.addend;
    return field_.addend + static_cast<int64_t>(start_ + instruction_.size - field_.offset);
  }

  int64_t value() const {
    const int64_t value = slot_.displacement + offset_in_slot();
    return field_.is_negated ? field_.addend - slot_.displacement : value;
  }

  // Nothing: the access lies in the slot.
  std::optional<Error> check_extent() const {
    const uint8_t size = x86::accessed_size(instruction_, mode_);
    if (size == 0) return refuse("xld does not know how many bytes this instruction accesses; use a plain mov");
    const int64_t offset = offset_in_slot();
    if (offset >= 0 && offset + size <= slot_.size) return std::nullopt;
    return refuse(fmt::format("it accesses {} bytes at offset {} of the slot, which has {}", size, offset, slot_.size));
  }

  Result<SlotChange> rewrite_access() {
    if (instruction_.segment_prefix == 0) return refuse("it has no segment prefix; write %fs:NAME or %gs:NAME");
    if (instruction_.has_several_segments) return refuse("it has more than one segment prefix");
    if (field_.is_negated) return refuse("it has the offset with the wrong sign; write NAME or NAME@ntpoff");
    if (instruction_.has_base || instruction_.has_index)
      return refuse("it adds a register to the slot's place; load the slot, then index what it points to");
    if (const auto error = check_extent()) return *error;
    if (slot_.detour != 0) return jump_to_detour();
    if (!write_displacement())
      return refuse(
          fmt::format("the slot is at {:#x} from the thread register, which its address of {} bytes cannot hold; write "
                      "%fs:NAME or %gs:NAME with an address of full size",
                      value(), instruction_.displacement_size));
    code_[instruction_.segment] = slot_.segment_prefix;
    return change("slot access");
  }

  // ---- detours

  // A mov of a word between a register, or from an immediate, and the slot.
  struct Move {
    bool is_load = false;
    bool has_immediate = false;
    uint8_t register_number = 0;
  };

  std::optional<Move> as_move() const {
    constexpr uint8_t kLoad = 0x8b, kStore = 0x89, kLoadEax = 0xa1, kStoreEax = 0xa3, kStoreImmediate = 0xc7, kEsp = 4;
    const bool is_plain = instruction_.map == 0 && !instruction_.has_short_operand && !instruction_.has_short_address;
    if (!is_plain || mode_ != Mode::Bits32) return std::nullopt;
    const Move move = {.is_load = instruction_.opcode == kLoad || instruction_.opcode == kLoadEax,
                       .has_immediate = instruction_.opcode == kStoreImmediate,
                       .register_number = x86::register_of(instruction_.modrm)};
    const bool is_store = instruction_.opcode == kStore || instruction_.opcode == kStoreEax || move.has_immediate;
    if ((!move.is_load && !is_store) || move.register_number == kEsp) return std::nullopt;
    return move;
  }

  // A displacement of one byte is all there is room for; the slots of all targets but Darwin's have one.
  bool is_near() const { return value() == static_cast<int8_t>(value()); }

  uint64_t address() const { return field_.place - (field_.offset - start_); }

  static void store_jump(uint8_t* place, uint64_t from, uint64_t to) {
    *place = 0xe9;
    store(place + 1, static_cast<uint32_t>(to - (from + kJumpSize)));
  }

  Result<SlotChange> jump_to_detour() {
    if (!slot_.has_thread_pointer || !is_near())
      return refuse("this target has no thread pointer to go through (--tls-indirect)");
    if (!as_move()) return refuse("only a mov of a 32-bit word can go through the thread pointer (--tls-indirect)");
    x86::fill_with_nops(code_.subspan(kJumpSize));
    store_jump(code_.data(), address(), slot_.detour);
    return change("slot access by detour");
  }

  bool write_displacement() {
    if (instruction_.is_relative) return write_relative_displacement();
    if (!x86::can_displace(instruction_, mode_, value())) return false;
    store_field(static_cast<uint64_t>(value()));
    return true;
  }

  // %fs:NAME(%rip): the distance to the slot's number as if it were an address. Nobody knows it where the output may
  // move; then the accumulator can still be loaded and stored with an address of 32 bits in the same space.
  bool write_relative_displacement() {
    const uint64_t end = field_.place + (start_ + instruction_.size - field_.offset);
    const auto distance = static_cast<int64_t>(static_cast<uint64_t>(value()) - end);
    if (slot_.has_fixed_address && x86::can_displace(instruction_, mode_, distance)) {
      store_field(static_cast<uint64_t>(distance));
      return true;
    }
    return use_short_address();
  }

  // fs mov NAME(%rip),%rax becomes addr32 fs mov NAME,%rax, whose address has no ModRM byte.
  bool use_short_address() {
    constexpr uint8_t kToMemory = 0x89, kFromMemory = 0x8b;
    constexpr uint8_t kAddressPrefix = 0x67, kAccumulatorFromMemory = 0xa1, kAccumulatorToMemory = 0xa3;
    const bool is_move = instruction_.map == 0 &&
                         (instruction_.opcode == kToMemory || instruction_.opcode == kFromMemory) &&
                         x86::register_of(instruction_.modrm) == 0 && !instruction_.extends_register;
    const uint8_t opcode_at = instruction_.displacement - 2;
    if (!is_move || instruction_.has_short_address || value() < 0 || value() > UINT32_MAX) return false;
    // All prefixes move up, so that the one for the address stands first and REX last.
    for (uint8_t i = opcode_at; i > 0; i--) code_[i] = code_[i - 1];
    code_[0] = kAddressPrefix;
    code_[opcode_at + 1] = instruction_.opcode == kFromMemory ? kAccumulatorFromMemory : kAccumulatorToMemory;
    instruction_.segment++;
    store_field(static_cast<uint64_t>(value()));
    return true;
  }

  Result<SlotChange> rewrite_offset_from_pointer() {
    if (!slot_.has_thread_pointer)
      return refuse("this target's thread register does not hold the address it points to; write %fs:NAME or %gs:NAME");
    if (instruction_.has_index) return refuse("it adds a second register to the slot's place");
    if (field_.is_negated) return refuse("it adds an offset that is to be subtracted");
    if (const auto error = check_extent()) return *error;
    if (!x86::can_displace(instruction_, mode_, value())) return refuse("the slot's offset does not fit");
    store_field(static_cast<uint64_t>(value()));
    return change("slot through thread pointer");
  }

  // Data in front of an access can be taken for the beginning of a longer instruction, which ends with a number where
  // the access has its displacement.
  bool is_read_as_access() const {
    for (uint64_t at = 1; start_ + at < field_.offset; at++) {
      const auto other = x86::decode_instruction(code_.subspan(at), mode_);
      if (other && other->segment_prefix != 0 && other->has_memory && !other->has_base && !other->has_index &&
          other->displacement_size == size_of(field_.field) && start_ + at + other->displacement == field_.offset)
        return true;
    }
    return false;
  }

  Result<SlotChange> rewrite_number() {
    if (!slot_.is_usual(mode_))
      return refuse(
          "it takes the slot's offset as a number, and what is accessed with it cannot be moved to this target's "
          "thread "
          "register; write %fs:NAME or %gs:NAME");
    if (is_read_as_access())
      return refuse(
          "the bytes around it may be an access or an instruction with a number, depending on where the latter "
          "begins; keep data out of the section, or give the code behind the data a symbol");
    if (field_.is_relative) return refuse("it takes the distance to the slot's offset, which means nothing");
    if (!fits(field_.field, static_cast<uint64_t>(value()))) return refuse("the slot's offset does not fit");
    store_field(static_cast<uint64_t>(value()));
    return change("slot offset");
  }

  void store_field(uint64_t number) {
    const MutableBytes place = code_.subspan(field_.offset - start_, size_of(field_.field));
    for (size_t i = 0; i < place.size(); i++) place[i] = static_cast<uint8_t>(number >> (8 * i));
  }

  SlotChange change(std::string_view kind) const { return {start_, instruction_.size, kind}; }

  Error refuse(std::string_view why) const {
    return Error{fmt::format("cannot move this access to a runtime slot: {}", why)};
  }

  Instruction instruction_;
  uint64_t start_;
  Mode mode_;
  const SlotField& field_;
  const SlotPlace& slot_;
  MutableBytes code_;
};

// The bytes of one instruction, to look at.
class InstructionCopy {
 public:
  InstructionCopy(const x86::InstructionFinder& finder, const Found& found) : size_(found.instruction.size) {
    std::ranges::copy(finder.code().subspan(found.start, size_), bytes_.begin());
  }
  MutableBytes bytes() { return MutableBytes(bytes_).first(size_); }

 private:
  std::array<uint8_t, 15> bytes_;
  size_t size_;
};

}  // namespace

Result<SlotChange> rewrite_slot_field(x86::InstructionFinder& finder, const SlotField& field, const SlotPlace& slot,
                                      MutableBytes out, uint64_t begin) {
  const auto found = finder.find(field.offset);
  if (!found || found->start < begin || found->start - begin + found->instruction.size > out.size())
    return Error{
        "cannot move this access to a runtime slot: the code before it cannot be decoded; keep data out of "
        "the section, or give the instruction's function a symbol"};
  return SlotRewriter(*found, finder.mode(), field, slot, out, begin).run();
}

bool takes_detour(x86::InstructionFinder& finder, const SlotField& field) {
  const auto found = finder.find(field.offset);
  if (!found) return false;
  InstructionCopy copy(finder, *found);
  return SlotRewriter(*found, finder.mode(), field, {}, copy.bytes(), found->start).is_access();
}

void write_slot_detour(x86::InstructionFinder& finder, const SlotField& field, const SlotPlace& slot,
                       MutableBytes out) {
  const auto found = finder.find(field.offset);
  if (!found) return;
  InstructionCopy copy(finder, *found);
  SlotRewriter(*found, finder.mode(), field, slot, copy.bytes(), found->start).write_detour(out);
}

}  // namespace xld
