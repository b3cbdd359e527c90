// See offset_detour.h.
//
// A detour leaves the red zone alone, borrows one register that the instruction does not name, and changes no flag:
//
//     lea -128(%rsp), %rsp; push SCRATCH
//     mov DESCRIPTOR@TLVP(%rip), SCRATCH; push SCRATCH; call HELPER; pop SCRATCH
//     the instruction, with SCRATCH where the offset was
//     pop SCRATCH; lea 128(%rsp), %rsp; jmp BEHIND
//
// Code of 32 bits is the same without the red zone, and without the prefix that makes registers wide. An access to the
// guard needs no helper.
#include "tlsrewrite/offset_detour.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

#include "arch/x86.h"

namespace xld {

namespace {

using x86::Instruction;
using x86::Mode;
using Found = x86::InstructionFinder::Found;

constexpr uint8_t kStackPointer = 4;
constexpr uint8_t kWide = 0x48;  // REX with W
constexpr size_t kJumpSize = 5;
constexpr uint8_t kDataPrefix = 0x3e;  // DS, whose base is always 0
constexpr uint8_t kStoreEax = 0xa3;    // mov %eax, memory without a ModRM byte

// 32-bit code: an access of the accumulator without ModRM byte becomes the longer form of it, which can be given a
// base.
void use_modrm_form(std::vector<uint8_t>& code, Instruction& instruction) {
  if (!instruction.is_memory_address || instruction.displacement_size != 4) return;
  if ((instruction.opcode | 1) != x86::kMoveMemoryEax && (instruction.opcode | 1) != kStoreEax) return;
  const bool is_load = instruction.opcode <= x86::kMoveMemoryEax;
  constexpr uint8_t kMoveByteLoad = 0x8a, kMoveByteStore = 0x88, kDisplacementOnly = 0x05;
  instruction.opcode = static_cast<uint8_t>((is_load ? kMoveByteLoad : kMoveByteStore) | (instruction.opcode & 1));
  code[instruction.displacement - 1] = instruction.opcode;
  code.insert(code.begin() + instruction.displacement, kDisplacementOnly);
  instruction.modrm = kDisplacementOnly;
  instruction.displacement++;
  instruction.is_memory_address = false;
}

// Number 0 to 15: what a prefix adds to the three bits in ModRM and SIB bytes, and a third operand.
struct Extensions {
  uint8_t reg = 0, index = 0, base = 0;  // 0 or 8
  uint8_t other = kNone;
  bool is_known = true;  // no prefix for more than 16 registers
  static constexpr uint8_t kNone = 0xff;
};

Extensions extensions_from_rex(uint8_t bits) {
  return {static_cast<uint8_t>((bits & 4) << 1), static_cast<uint8_t>((bits & 2) << 2),
          static_cast<uint8_t>((bits & 1) << 3)};
}

// VEX, XOP and EVEX have the bits of REX at the top of a byte, inverted.
Extensions extensions_from_inverted(uint8_t byte, uint8_t operand_byte) {
  Extensions extensions = extensions_from_rex(static_cast<uint8_t>(~byte >> 5 & 7));
  extensions.other = ~operand_byte >> 3 & 15;
  return extensions;
}

Extensions find_extensions(Bytes code, const Instruction& instruction) {
  constexpr std::string_view kLegacy = "\x26\x2e\x36\x3e\x64\x65\x66\x67\xf0\xf2\xf3";
  size_t at = 0;
  while (at + 4 < code.size() && kLegacy.find(static_cast<char>(code[at])) != std::string_view::npos) at++;
  if (at + 4 >= code.size()) return {};
  const uint8_t first = code[at];
  if (!instruction.is_vector) {
    Extensions extensions;
    if ((first & 0xf0) == 0x40) extensions = extensions_from_rex(first);
    extensions.is_known = first != 0xd5;
    return extensions;
  }
  if (first == 0xc5) return extensions_from_inverted(static_cast<uint8_t>(code[at + 1] | 0x60), code[at + 1]);
  Extensions extensions = extensions_from_inverted(code[at + 1], code[at + 2]);
  extensions.is_known = first != 0x62 || ((code[at + 1] & 8) == 0 && (code[at + 2] & 4) != 0);
  return extensions;
}

class Detourer {
 public:
  Detourer(Bytes code, Mode mode, const Found& found, const OffsetField& field)
      : instruction_(found.instruction),
        mode_(mode),
        code_(code.begin(), code.end()),
        field_(field),
        at_(static_cast<uint8_t>(field.offset - found.start)),
        extensions_(is_wide() || instruction_.is_vector ? find_extensions(code, instruction_) : Extensions{}) {
    detour_.start = found.start;
    detour_.size = found.instruction.size;
    const uint8_t displacement = instruction_.displacement;
    if (!is_wide()) use_modrm_form(code_, instruction_);
    if (at_ == displacement) at_ = instruction_.displacement;
  }

  Result<OffsetDetour> run() {
    if (!extensions_.is_known || instruction_.has_short_address || detour_.size < kJumpSize) return refuse();
    bool is_done = false;
    if (is_displacement() && field_.use == OffsetUse::Guard && is_load_of_word()) {
      is_done = replace_guard_load();
    } else if (is_displacement() && (field_.use == OffsetUse::Offset || field_.use == OffsetUse::Guard)) {
      is_done = is_through_stack() ? replace_jump_or_push() : replace_memory();
    } else if (is_displacement() && is_alone()) {
      is_done = replace_slot();
    } else if (is_immediate()) {
      is_done = replace_immediate();
    }
    if (!is_done) return refuse();
    return std::move(detour_);
  }

 private:
  static Error refuse() { return Error{"the instruction is none that compilers use for thread-local variables"}; }

  bool is_wide() const { return mode_ == Mode::Bits64; }
  // What the code calls a word.
  bool has_word_operand() const { return is_wide() ? instruction_.has_wide_operand : !instruction_.has_short_operand; }
  // The displacement is all there is: an address in 32-bit code, a distance in 64-bit code.
  bool is_alone() const {
    return is_wide() ? instruction_.is_relative : !instruction_.has_base && !instruction_.has_index;
  }
  bool is_displacement() const {
    return instruction_.has_memory && !instruction_.is_memory_address && instruction_.displacement == at_ &&
           instruction_.displacement_size == 4 && field_.size == 4;
  }
  bool is_immediate() const {
    return field_.use == OffsetUse::Offset && instruction_.immediate == at_ &&
           instruction_.immediate_size == field_.size;
  }
  bool has_index_byte() const { return (instruction_.modrm & 7) == 4; }
  uint8_t modrm_at() const { return static_cast<uint8_t>(instruction_.displacement - (has_index_byte() ? 2 : 1)); }
  uint8_t reg() const { return x86::register_of(instruction_.modrm) | extensions_.reg; }

  // call *, jmp * and push with the variable as their operand.
  bool is_through_stack() const {
    const uint8_t digit = x86::register_of(instruction_.modrm);
    return is_plain() && instruction_.opcode == x86::kGroup5 && (digit == 2 || digit == 4 || digit == 6);
  }
  bool is_plain() const { return instruction_.map == 0 && !instruction_.is_vector; }

  // mov, lea, arithmetic, xchg, movslq: their register may be the stack pointer, which is elsewhere in a detour.
  bool names_stack_pointer() const {
    constexpr std::array<uint8_t, 6> kMoves = {0x63, 0x85, 0x87, 0x89, x86::kMove, x86::kLoadAddress};
    const bool is_of_kind =
        is_plain() && ((instruction_.opcode & 0xc4) == 0 || std::ranges::count(kMoves, instruction_.opcode) != 0);
    return is_of_kind && reg() == kStackPointer;
  }
  bool pops() const { return is_plain() && instruction_.opcode == 0x8f; }

  // ---- code

  void put(std::initializer_list<int> bytes) {
    for (const int byte : bytes) detour_.code.push_back(static_cast<uint8_t>(byte));
  }
  uint32_t put_field() {
    put({0, 0, 0, 0});
    return static_cast<uint32_t>(detour_.code.size() - 4);
  }
  void put_number(int64_t number) { store(detour_.code.data() + put_field(), static_cast<uint32_t>(number)); }
  // An instruction on words; its registers are numbered 0 to 15.
  void put_on_words(uint8_t reg, uint8_t index, uint8_t base, std::initializer_list<int> bytes) {
    if (is_wide()) put({kWide | (reg >> 3 << 2) | (index >> 3 << 1) | base >> 3});
    put(bytes);
  }
  void push_scratch() {
    if (scratch_ > 7) put({0x41});
    put({0x50 | (scratch_ & 7)});
  }
  void pop_scratch() {
    if (scratch_ > 7) put({0x41});
    put({0x58 | (scratch_ & 7)});
  }
  int low() const { return scratch_ & 7; }

  // A register that the instruction does not name; there are at most four it does. Those that instructions use without
  // naming them come last.
  void choose_scratch(std::initializer_list<uint8_t> used, bool is_high) {
    constexpr std::array<uint8_t, 5> kLow = {6, 7, 5, 3, 1}, kHigh = {11, 10, 9, 8, 14};
    const auto is_free = [&](uint8_t number) { return std::ranges::count(used, number) == 0; };
    scratch_ = *std::ranges::find_if(is_high ? kHigh : kLow, is_free);
  }

  int red_zone() const { return is_wide() ? 128 : 0; }
  int word_size() const { return is_wide() ? 8 : 4; }

  // The scratch register has the address, when it was saved beyond `room` bytes.
  void begin(int room) {
    if (room != 0) put_on_words(0, 0, 0, {x86::kLoadAddress, 0x64, 0x24, -room});  // lea -room(%rsp), %rsp
    push_scratch();
    put_load_of_word(scratch_);
    if (field_.use == OffsetUse::Guard) return;
    push_scratch();
    put({0xe8});
    detour_.helper_field = put_field();
    pop_scratch();
  }

  void put_load_of_word(uint8_t number) {
    put_on_words(number, 0, 0, {x86::kMove, 0x05 | (number & 7) << 3});
    detour_.descriptor_field = put_field();
  }

  void end() {
    pop_scratch();
    if (red_zone() != 0)  // lea 128(%rsp), %rsp
      put_on_words(0, 0, 0, {x86::kLoadAddress, 0xa4, 0x24, red_zone(), 0, 0, 0});
    put_jump_to_end();
  }
  void put_jump_to_end() {
    put({0xe9});
    detour_.end_field = put_field();
  }

  // ---- the variable as an operand in memory

  // The address that the instruction has, less the offset, is added to the scratch register, which then is the base.
  bool choose_base() {
    const uint8_t sib = has_index_byte() ? code_[modrm_at() + 1] : 0;
    const uint8_t base = (has_index_byte() ? sib & 7 : instruction_.modrm & 7) | extensions_.base;
    const uint8_t index = instruction_.has_index ? (sib >> 3 & 7) | extensions_.index : Extensions::kNone;
    const bool is_fitting = instruction_.has_base ? instruction_.modrm >> 6 == 2 && base != kStackPointer
                                                  : (has_index_byte() || !is_wide()) && extensions_.base == 0;
    if (!is_fitting || instruction_.is_relative || !fits(field_.addend)) return false;
    base_ = instruction_.has_base ? base : Extensions::kNone;
    // %bh is a part of %ebx.
    const uint8_t whole = instruction_.is_vector ? extensions_.other : static_cast<uint8_t>(reg() & 3);
    choose_scratch({reg(), index, base_, whole}, extensions_.base != 0);
    return true;
  }
  static bool fits(int64_t addend) { return addend == static_cast<int32_t>(addend); }

  void add_base() {
    if (base_ == Extensions::kNone) return;
    // lea 0(SCRATCH,BASE), SCRATCH
    put_on_words(scratch_, base_, scratch_, {x86::kLoadAddress, 0x44 | low() << 3, (base_ & 7) << 3 | low(), 0});
  }

  // ModRM byte with `middle`, SIB byte, displacement.
  void patch_operand(std::vector<uint8_t>& bytes, size_t at, uint8_t middle) const {
    bytes[at] = static_cast<uint8_t>(0x80 | middle << 3 | (has_index_byte() ? 4 : low()));
    if (has_index_byte()) bytes[at + 1] = static_cast<uint8_t>((bytes[at + 1] & 0xf8) | low());
    store(bytes.data() + at + (has_index_byte() ? 2 : 1), static_cast<uint32_t>(field_.addend));
  }

  // A load of the guard needs no other register.
  bool is_load_of_word() const {
    return is_plain() && instruction_.opcode == x86::kMove && has_word_operand() && reg() != kStackPointer &&
           field_.addend == 0;
  }
  bool replace_guard_load() {
    put_load_of_word(reg());
    const uint8_t low = reg() & 7;
    constexpr uint8_t kByteDisplacement = 0x40;
    put_on_words(reg(), 0, reg(), {x86::kMove, kByteDisplacement | low << 3 | low});
    if (low == kStackPointer) put({0x24});  // %r12 needs an index byte
    put({0});
    put_jump_to_end();
    return true;
  }

  bool replace_memory() {
    if (names_stack_pointer() || pops() || !choose_base()) return false;
    begin(red_zone());
    add_base();
    std::vector<uint8_t> copy = code_;
    if (instruction_.segment_prefix != 0) copy[instruction_.segment] = kDataPrefix;
    patch_operand(copy, modrm_at(), x86::register_of(instruction_.modrm));
    if (instruction_.immediate_size == 4) {
      detour_.immediate = instruction_.immediate;
      detour_.immediate_field = static_cast<uint32_t>(detour_.code.size() + instruction_.immediate);
    }
    detour_.code.insert(detour_.code.end(), copy.begin(), copy.end());
    end();
    return true;
  }

  // The operand is left on the stack; a call and a jump return to it.
  bool replace_jump_or_push() {
    if (!choose_base()) return false;
    begin(word_size());
    add_base();
    put_on_words(scratch_, extensions_.index, scratch_, {x86::kMove});
    const size_t start = detour_.code.size();
    detour_.code.insert(detour_.code.end(), code_.begin() + modrm_at(), code_.begin() + instruction_.displacement + 4);
    patch_operand(detour_.code, start, static_cast<uint8_t>(low()));
    put_on_words(scratch_, 0, 0, {0x89, 0x44 | low() << 3, 0x24, word_size()});  // mov SCRATCH, 8(%rsp)
    pop_scratch();
    const uint8_t digit = x86::register_of(instruction_.modrm);
    detour_.is_call = digit == 2;
    if (digit == 6) {
      put_jump_to_end();
    } else {
      put({0xc3});
    }
    return true;
  }

  // ---- the offset as a value

  bool begin_value(uint8_t named) {
    if (named == kStackPointer || !fits(field_.addend)) return false;
    choose_scratch({named}, false);
    begin(red_zone());
    if (field_.addend != 0) {
      put_on_words(scratch_, 0, scratch_, {x86::kLoadAddress, 0x80 | low() << 3 | low()});
      put_number(field_.addend);
    }
    return true;
  }

  // mov or add, or another operation, with the word as what is read; lea of a descriptor.
  bool replace_slot() {
    const bool is_load = (instruction_.opcode & 0xc7) == x86::kAdd || instruction_.opcode == x86::kMove;
    const bool is_known = field_.use == OffsetUse::Slot ? is_load : instruction_.opcode == x86::kLoadAddress;
    if (!is_plain() || !has_word_operand() || !is_known || !begin_value(reg())) return false;
    put_on_words(reg(), 0, scratch_,
                 {field_.use == OffsetUse::Slot ? instruction_.opcode : x86::kMove, 0xc0 | (reg() & 7) << 3 | low()});
    end();
    return true;
  }

  // mov, add and their like with the offset as their immediate.
  bool replace_immediate() {
    constexpr uint8_t kGroup1 = 0x81, kMoveImmediate = 0xc7, kStoreRegister = 0x89;
    if (!is_plain() || !has_word_operand() || instruction_.has_memory) return false;
    const uint8_t opcode = instruction_.opcode;
    uint8_t rm = (instruction_.modrm & 7) | extensions_.base;
    uint8_t operation = 0;
    if (opcode == kGroup1) {
      operation = static_cast<uint8_t>(x86::register_of(instruction_.modrm) << 3 | 1);
    } else if (opcode == kMoveImmediate && x86::register_of(instruction_.modrm) == 0) {
      operation = kStoreRegister;
    } else if ((opcode & 0xf8) == x86::kMoveImmediateEax) {
      operation = kStoreRegister;
      rm = (opcode & 7) | extensions_.base;
    } else if ((opcode & 0xc7) == 5) {
      operation = static_cast<uint8_t>((opcode & 0x38) | 1);
      rm = 0;
    } else {
      return false;
    }
    if (!begin_value(rm)) return false;
    put_on_words(scratch_, 0, rm, {operation, 0xc0 | low() << 3 | (rm & 7)});
    end();
    return true;
  }

  Instruction instruction_;
  Mode mode_;
  std::vector<uint8_t> code_;
  const OffsetField& field_;
  uint8_t at_;  // of the field in the instruction
  Extensions extensions_;
  uint8_t scratch_ = 0, base_ = Extensions::kNone;
  OffsetDetour detour_;
};

}  // namespace

Result<OffsetDetour> make_offset_detour(x86::InstructionFinder& finder, const OffsetField& field) {
  const auto found = finder.find(field.offset);
  if (!found)
    return Error{
        "the code before it cannot be decoded; keep data out of the section, or give the function behind the data a "
        "symbol"};
  return Detourer(finder.code().subspan(found->start, found->instruction.size), finder.mode(), *found, field).run();
}

uint32_t write_detour_jump(const OffsetDetour& detour, MutableBytes instruction) {
  x86::fill_with_nops(instruction.subspan(kJumpSize));
  instruction[0] = detour.is_call ? 0xe8 : 0xe9;
  store<uint32_t>(instruction.data() + 1, 0);
  return 1;
}

// The stack is aligned for the function, which may have to make the variable.
std::span<const uint8_t> offset_detour_helper(Mode mode) {
  static constexpr uint8_t kCode[] = {
      0x9c,                    // pushfq
      0x50, 0x57, 0x55,        // push %rax; push %rdi; push %rbp
      0x48, 0x89, 0xe5,        // mov %rsp, %rbp
      0x48, 0x8b, 0x7d, 0x28,  // mov 40(%rbp), %rdi
      0x48, 0x83, 0xe4, 0xf0,  // and $-16, %rsp
      0xff, 0x17,              // call *(%rdi)
      0x48, 0x89, 0x45, 0x28,  // mov %rax, 40(%rbp)
      0x48, 0x89, 0xec,        // mov %rbp, %rsp
      0x5d, 0x5f, 0x58, 0x9d,  // pop %rbp; pop %rdi; pop %rax; popfq
      0xc3,                    // ret
  };
  static constexpr uint8_t kCode32[] = {
      0x9c,                    // pushfl
      0x50, 0x51, 0x52, 0x55,  // push %eax; push %ecx; push %edx; push %ebp
      0x89, 0xe5,              // mov %esp, %ebp
      0x8b, 0x45, 0x18,        // mov 24(%ebp), %eax
      0x83, 0xe4, 0xf0,        // and $-16, %esp
      0xff, 0x10,              // call *(%eax)
      0x89, 0x45, 0x18,        // mov %eax, 24(%ebp)
      0x89, 0xec,              // mov %ebp, %esp
      0x5d, 0x5a, 0x59, 0x58,  // pop %ebp; pop %edx; pop %ecx; pop %eax
      0x9d, 0xc3,              // popfl; ret
  };
  return mode == Mode::Bits64 ? std::span<const uint8_t>(kCode) : kCode32;
}

// ---- the thread pointer

namespace {

constexpr const char* kBesideThreadPointer =
    "reads or writes a word beside the thread pointer, which Mach-O threads do not have; compile with "
    "-fno-stack-protector -fno-split-stack";

bool is_beside_thread_pointer(const Instruction& instruction, Mode mode) {
  return instruction.segment_prefix == (mode == Mode::Bits64 ? x86::kFsPrefix : x86::kGsPrefix) &&
         instruction.has_memory;
}
// The address is a displacement without registers.
bool is_number(const Instruction& instruction) {
  return !instruction.has_base && !instruction.has_index && !instruction.is_relative;
}

class ThreadPointerClearer {
 public:
  ThreadPointerClearer(MutableBytes code, Mode mode, std::span<const uint32_t> fields)
      : code_(code), mode_(mode), fields_(fields) {}

  std::vector<ThreadPointerProblem> run(std::span<const uint32_t> starts) {
    x86::walk_instructions(
        code_, mode_, starts, [&](uint64_t start, const Instruction& instruction) { clear(start, instruction); },
        [](uint64_t, uint64_t) {});
    return std::move(problems_);
  }

 private:
  void clear(uint64_t start, const Instruction& instruction) {
    if (!is_beside_thread_pointer(instruction, mode_)) return;
    if (has_field(start, instruction.size)) return;
    if (!is_number(instruction)) {
      // The register holds an address now.
      code_[start + instruction.segment] = kDataPrefix;
    } else if (instruction.displacement_size != 4 || load<uint32_t>(code_.data() + start + instruction.displacement)) {
      problems_.push_back({start, kBesideThreadPointer});
    } else if (!use_zero(code_.subspan(start, instruction.size), instruction)) {
      problems_.push_back({start, "uses the thread pointer in a way that no compiler does"});
    }
  }

  bool has_field(uint64_t start, uint64_t size) {
    const auto found = std::ranges::lower_bound(fields_, start);
    return found != fields_.end() && *found < start + size;
  }

  // mov %fs:0, %reg: mov $0, %reg. Likewise operations with an immediate.
  bool use_zero(MutableBytes code, const Instruction& instruction) const {
    const bool is_wide = mode_ == Mode::Bits64;
    const bool is_word = is_wide ? instruction.has_wide_operand : !instruction.has_short_operand;
    const bool is_short_load = instruction.is_memory_address && instruction.opcode == x86::kMoveMemoryEax;
    const x86::ImmediateForm form = x86::immediate_form(is_short_load ? x86::kMove : instruction.opcode);
    const bool is_plain = instruction.map == 0 && !instruction.is_vector && is_word;
    if (!is_plain || form.opcode == 0 || instruction.has_short_address) return false;
    const uint8_t number = is_short_load ? 0 : x86::register_of(instruction.modrm);
    size_t at = 0;
    if (is_wide) code[at++] = kWide | (instruction.extends_register ? 1 : 0);
    code[at++] = form.opcode;
    code[at++] = static_cast<uint8_t>(0xc0 | form.digit << 3 | number);
    store<uint32_t>(code.data() + at, 0);
    x86::fill_with_nops(code.subspan(at + 4));
    return true;
  }

  MutableBytes code_;
  Mode mode_;
  std::span<const uint32_t> fields_;
  std::vector<ThreadPointerProblem> problems_;
};

}  // namespace

std::vector<ThreadPointerProblem> clear_thread_pointer(MutableBytes code, Mode mode, std::span<const uint32_t> starts,
                                                       std::span<const uint32_t> fields) {
  return ThreadPointerClearer(code, mode, fields).run(starts);
}

// ---- the guard

namespace {

constexpr uint32_t guard_offset(Mode mode) {
  return mode == Mode::Bits64 ? 0x28 : 0x14;
}

// Whether bytes that cannot be decoded may hold the displacement of such an access.
bool may_access_guard(Bytes code, Mode mode) {
  std::array<uint8_t, 4> field{};
  store(field.data(), guard_offset(mode));
  return !std::ranges::search(code, field).empty();
}

}  // namespace

GuardAccesses find_guard_accesses(Bytes code, Mode mode, std::span<const uint32_t> starts) {
  GuardAccesses accesses;
  x86::walk_instructions(
      code, mode, starts,
      [&](uint64_t start, const Instruction& instruction) {
        if (!is_beside_thread_pointer(instruction, mode) || !is_number(instruction)) return;
        if (instruction.displacement_size != 4) return;
        const uint64_t field = start + instruction.displacement;
        if (load<uint32_t>(code.data() + field) == guard_offset(mode))
          accesses.fields.push_back(static_cast<uint32_t>(field));
      },
      [&](uint64_t begin, uint64_t end) {
        if (may_access_guard(code.subspan(begin, end - begin), mode)) accesses.unclear.push_back(begin);
      });
  return accesses;
}

// ---- other words

namespace {

bool is_word_of_elf(int32_t number, Mode mode) {
  constexpr int32_t kFirstOfOthers = 0x48;
  return mode == Mode::Bits64 || number < kFirstOfOthers;
}

// A prefix of the segment, and soon behind it what says that an address without registers follows.
bool may_have_thread_words(Bytes code, Mode mode) {
  constexpr size_t kMostBehind = 7;  // another prefix, REX, three bytes of opcode, ModRM, index byte; EVEX: as many
  constexpr uint8_t kNoRegisters = 0x25;
  const uint8_t prefix = mode == Mode::Bits64 ? x86::kFsPrefix : x86::kGsPrefix;
  for (auto at = std::ranges::find(code, prefix); at != code.end(); at = std::find(at + 1, code.end(), prefix)) {
    const Bytes behind(at + 1, code.end());
    for (size_t i = 0; i < kMostBehind && i + 5 <= behind.size(); i++) {
      const auto number = load<int32_t>(behind.data() + i + 1);
      const bool is_short = (behind[i] & 0xfc) == 0xa0;  // mov of the accumulator: the number follows the opcode
      const bool is_form = mode == Mode::Bits64 ? behind[i] == kNoRegisters : x86::is_displacement_only(behind[i]);
      constexpr int32_t kFarthest = 1 << 16;
      if ((is_short || is_form) && number > -kFarthest && number < kFarthest && is_word_of_elf(number, mode))
        return true;
    }
  }
  return false;
}

}  // namespace

std::vector<ThreadWord> find_thread_words(Bytes code, Mode mode, std::span<const uint32_t> starts) {
  std::vector<ThreadWord> words;
  if (!may_have_thread_words(code, mode)) return words;
  x86::walk_instructions(
      code, mode, starts,
      [&](uint64_t start, const Instruction& instruction) {
        if (!is_beside_thread_pointer(instruction, mode) || !is_number(instruction)) return;
        if (instruction.displacement_size < 4) return;
        const auto field = static_cast<uint32_t>(start + instruction.displacement);
        const auto number = load<int32_t>(code.data() + field);
        if (is_word_of_elf(number, mode)) words.push_back({field, number});
      },
      [](uint64_t, uint64_t) {});
  return words;
}

}  // namespace xld
