// See compact_encoding.h.
#include "formats/macho/compact_encoding.h"

#include <algorithm>
#include <array>
#include <optional>

#include "arch/x86.h"
#include "arch/x86_decode.h"

namespace xld::macho {

namespace {

// ---- which row counts

bool is_x86_call(const x86::Instruction& instruction) {
  constexpr uint8_t kCall = 0xe8;
  if (instruction.map != 0 || instruction.is_vector) return false;
  const uint8_t digit = x86::register_of(instruction.modrm);
  return instruction.opcode == kCall || (instruction.opcode == x86::kGroup5 && (digit == 2 || digit == 3));
}

// Calls `visit` with the offset of a byte of each call. False: there may be others.
template <class Visit>
bool visit_x86_calls(Bytes code, Visit visit) {
  bool is_all = true;
  x86::walk_instructions(
      code, x86::Mode::Bits64, {},
      [&](uint64_t at, const x86::Instruction& instruction) {
        if (is_x86_call(instruction)) visit(at);
      },
      [&](uint64_t, uint64_t) { is_all = false; });
  return is_all;
}

// bl; blr in all its forms.
bool is_arm64_call(uint32_t word) {
  constexpr uint32_t kIndirect = 0xd6000000, kIndirectMask = 0xfe000000, kOperationMask = 7, kLink = 1;
  return (word & 0xfc000000) == 0x94000000 ||
         ((word & kIndirectMask) == kIndirect && (word >> 21 & kOperationMask) == kLink);
}

template <class Visit>
bool visit_calls(Cpu cpu, Bytes code, Visit visit) {
  if (cpu != Cpu::Arm64) return visit_x86_calls(code, visit);
  for (uint64_t at = 0; at + 4 <= code.size(); at += 4)
    if (is_arm64_call(load<uint32_t>(code.data() + at))) visit(at);
  return true;
}

const FrameRow& row_at(std::span<const FrameRow> rows, uint64_t offset) {
  return *(std::ranges::upper_bound(rows, offset, {}, &FrameRow::begin) - 1);
}

// The row that holds for most of the code: what a function without calls is like.
const FrameRow& longest_row(std::span<const FrameRow> rows, uint64_t size) {
  const FrameRow* longest = &rows[0];
  uint64_t length = 0;
  for (size_t i = 0; i < rows.size(); i++) {
    const uint64_t end = i + 1 < rows.size() ? rows[i + 1].begin : size;
    if (end <= rows[i].begin || end - rows[i].begin <= length) continue;
    longest = &rows[i];
    length = end - rows[i].begin;
  }
  return *longest;
}

// The one that holds at all calls.
const FrameRow* find_row(Cpu cpu, std::span<const FrameRow> rows, Bytes code) {
  const FrameRow* found = nullptr;
  bool is_one = true;
  const bool is_all = visit_calls(cpu, code, [&](uint64_t at) {
    const FrameRow& row = row_at(rows, at);
    if (found && !found->has_same_rules(row)) is_one = false;
    found = &row;
  });
  if (!is_all || !is_one) return nullptr;
  return found ? found : &longest_row(rows, code.size());
}

// ---- x86-64

namespace x86_64 {

constexpr uint64_t kFramePointer = 6, kStackPointer = 7, kReturnAddress = 16;  // as DWARF counts
constexpr int64_t kWord = 8;
constexpr uint32_t kFrameMode = 0x01000000, kStackMode = 0x02000000, kLargeStackMode = 0x03000000;
constexpr size_t kMostSaved = 6, kFrameSlots = 5;
constexpr int64_t kMostWords = 255;

// How encodings number the registers that a function saves.
uint32_t code_of(uint64_t number) {
  constexpr std::array<uint64_t, 7> kRegisters = {UINT64_MAX, 3, 12, 13, 14, 15, kFramePointer};
  const auto found = std::ranges::find(kRegisters, number);
  return found == kRegisters.end() ? 0 : static_cast<uint32_t>(found - kRegisters.begin());
}

// rbp has the frame: up to five registers in five words that begin at rbp - 8 * offset.
uint32_t frame_encoding(const FrameRow& row) {
  if (row.cfa_offset != 2 * kWord || row.place_of(kFramePointer) != -2 * kWord) return 0;
  int64_t lowest = -2 * kWord;
  for (const auto& [number, place] : row.saved)
    if (number != kReturnAddress) lowest = std::min(lowest, place);
  const int64_t words = (-2 * kWord - lowest) / kWord;
  if (words > kMostWords) return 0;
  uint32_t encoding = kFrameMode | static_cast<uint32_t>(words) << 16;
  for (const auto& [number, place] : row.saved) {
    if (number == kReturnAddress || number == kFramePointer) continue;
    const int64_t slot = (place - lowest) / kWord;
    if (code_of(number) == 0 || place % kWord != 0 || place >= -2 * kWord || slot >= int64_t{kFrameSlots}) return 0;
    if ((encoding >> (3 * slot) & 7) != 0) return 0;
    encoding |= code_of(number) << (3 * slot);
  }
  return encoding;
}

// Which of the orders that the registers could stand in this is.
uint32_t permutation_of(std::span<const uint32_t> codes) {
  uint32_t permutation = 0;
  for (uint32_t i = 0; i < codes.size(); i++) {
    const auto less =
        static_cast<uint32_t>(std::ranges::count_if(codes.first(i), [&](uint32_t code) { return code < codes[i]; }));
    const auto choices = static_cast<uint32_t>(kMostSaved - i);  // of those that are left
    permutation = permutation * choices + codes[i] - less - 1;
  }
  return permutation;
}

// The stack pointer is at a known distance; the registers stand without gaps below the return address. Their number and
// order; nothing: they do not.
std::optional<uint32_t> saved_below_return(const FrameRow& row) {
  const size_t count = row.saved.size() - 1;  // without the return address
  if (count > kMostSaved || static_cast<int64_t>(count + 1) * kWord > row.cfa_offset) return std::nullopt;
  std::array<uint32_t, kMostSaved> codes = {};  // from the lowest address on
  for (const auto& [number, place] : row.saved) {
    if (number == kReturnAddress) continue;
    const int64_t slot = static_cast<int64_t>(count) + 1 + place / kWord;
    const bool is_inside = place % kWord == 0 && slot >= 0 && slot < static_cast<int64_t>(count);
    if (code_of(number) == 0 || !is_inside || codes[static_cast<size_t>(slot)] != 0) return std::nullopt;
    codes[static_cast<size_t>(slot)] = code_of(number);
  }
  return static_cast<uint32_t>(count) << 10 | permutation_of(std::span(codes).first(count));
}

// A larger distance is the number in "sub $number, %rsp", the place of which is said, and up to seven words.
uint32_t large_stack_encoding(int64_t distance, Bytes code) {
  constexpr uint8_t kGroup1 = 0x81, kSubtractFromStack = 0xec;
  constexpr int64_t kMostPlace = 255, kMostWordsMore = 7;
  uint32_t encoding = 0;
  const auto visit = [&](uint64_t at, const x86::Instruction& instruction) {
    const uint64_t place = at + instruction.immediate;
    const bool is_subtraction = instruction.map == 0 && instruction.opcode == kGroup1 && instruction.has_wide_operand &&
                                instruction.modrm == kSubtractFromStack && instruction.size == 7;
    if (encoding != 0 || !is_subtraction || place > kMostPlace) return;
    const int64_t more = distance - load<int32_t>(code.data() + place);
    if (more < 0 || more > kMostWordsMore * kWord || more % kWord != 0) return;
    encoding = kLargeStackMode | static_cast<uint32_t>(place) << 16 | static_cast<uint32_t>(more / kWord) << 13;
  };
  x86::walk_instructions(code, x86::Mode::Bits64, {}, visit, [](uint64_t, uint64_t) {});
  return encoding;
}

uint32_t stack_encoding(const FrameRow& row, Bytes code) {
  const auto saved = saved_below_return(row);
  if (!saved || row.cfa_offset % kWord != 0) return 0;
  const int64_t words = row.cfa_offset / kWord;
  if (words <= kMostWords) return kStackMode | static_cast<uint32_t>(words) << 16 | *saved;
  const uint32_t encoding = large_stack_encoding(row.cfa_offset, code);
  return encoding == 0 ? 0 : encoding | *saved;
}

uint32_t encoding_of(const FrameRow& row, Bytes code) {
  if (row.place_of(kReturnAddress) != -kWord) return 0;
  if (row.cfa_register == kFramePointer) return frame_encoding(row);
  return row.cfa_register == kStackPointer ? stack_encoding(row, code) : 0;
}

}  // namespace x86_64

// ---- arm64

namespace arm64 {

constexpr uint64_t kFramePointer = 29, kReturnAddress = 30, kStackPointer = 31;
constexpr int64_t kWord = 8, kStackUnit = 16, kMostUnits = 0xfff;
constexpr uint32_t kStackMode = 0x02000000, kFrameMode = 0x04000000;

// Registers are saved in pairs, one below the other in this order.
struct Pair {
  uint64_t first;
  uint32_t bit;
};
constexpr std::array<Pair, 9> kPairs = {{{19, 0x001},
                                         {21, 0x002},
                                         {23, 0x004},
                                         {25, 0x008},
                                         {27, 0x010},
                                         {72, 0x100},
                                         {74, 0x200},
                                         {76, 0x400},
                                         {78, 0x800}}};

// `place`: that of the first register. `others`: how many are saved besides the pairs. Nothing: not in this order.
std::optional<uint32_t> pair_bits(const FrameRow& row, int64_t place, size_t others) {
  uint32_t bits = 0;
  size_t count = others;
  for (const Pair& pair : kPairs) {
    if (row.place_of(pair.first) != place || row.place_of(pair.first + 1) != place - kWord) continue;
    bits |= pair.bit;
    place -= 2 * kWord;
    count += 2;
  }
  return count == row.saved.size() ? std::optional(bits) : std::nullopt;
}

uint32_t encoding_of(const FrameRow& row) {
  if (row.cfa_register == kFramePointer) {
    const bool has_record = row.cfa_offset == 2 * kWord && row.place_of(kFramePointer) == -2 * kWord &&
                            row.place_of(kReturnAddress) == -kWord;
    const auto bits = has_record ? pair_bits(row, -3 * kWord, 2) : std::nullopt;
    return bits ? kFrameMode | *bits : 0;
  }
  const int64_t units = row.cfa_offset / kStackUnit;
  const bool is_fitting =
      row.cfa_register == kStackPointer && row.cfa_offset % kStackUnit == 0 && units >= 0 && units <= kMostUnits;
  const auto bits = is_fitting ? pair_bits(row, -kWord, 0) : std::nullopt;
  return bits ? kStackMode | static_cast<uint32_t>(units) << 12 | *bits : 0;
}

}  // namespace arm64

}  // namespace

uint32_t compact_encoding(Cpu cpu, std::span<const FrameRow> rows, Bytes code) {
  if (rows.empty() || code.empty() || cpu == Cpu::I386) return 0;
  const FrameRow* row = find_row(cpu, rows, code);
  if (!row) return 0;
  return cpu == Cpu::Arm64 ? arm64::encoding_of(*row) : x86_64::encoding_of(*row, code);
}

}  // namespace xld::macho
