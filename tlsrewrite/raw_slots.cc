// See raw_slots.h.
#include "tlsrewrite/raw_slots.h"

#include <algorithm>
#include <fmt/core.h>

#include "arch/x86.h"

namespace xld {

namespace {

using x86::Instruction;
using x86::Mode;

// No instruction but those that save the processor's whole state accesses more.
constexpr int64_t kMostAccessed = 64;

class RawSlotFinder {
 public:
  RawSlotFinder(Bytes code, Mode mode, std::span<const FieldRange> fields)
      : code_(code), mode_(mode), fields_(fields) {}

  void visit(uint64_t start, const Instruction& instruction) {
    if (!is_absolute_access(instruction) || is_relocated(start, instruction)) return;
    const int64_t address = read_displacement(start, instruction);
    const int64_t size = x86::accessed_size(instruction, mode_);
    if (address >= 2 * word_size() || address + (size == 0 ? kMostAccessed : size) <= 0) return;  // another word
    const int64_t index = address / word_size(), offset = address % word_size();
    if (instruction.has_several_segments) return report(start, "has more than one segment prefix");
    if (size == 0) return report(start, "is not known to access so many bytes and no others");
    if (address < 0 || offset + size > word_size())
      return report(start, fmt::format("accesses {} bytes at {:#x}, which are no single slot", size, address));
    found_.push_back({.field = static_cast<uint32_t>(start + instruction.displacement),
                      .field_size = instruction.displacement_size,
                      .index = static_cast<uint32_t>(index),
                      .offset = offset});
  }

  // Every access begins with a prefix.
  void skip(uint64_t begin, uint64_t end) {
    const Bytes rest = code_.subspan(begin, end - begin);
    const auto may_be_prefix = [&](uint8_t byte) { return is_slot_segment(byte); };
    if (std::ranges::any_of(rest, may_be_prefix))
      report(begin, fmt::format("cannot be decoded, nor the {:#x} bytes after it, and there may be such accesses in "
                                "them; keep data out of the section",
                                end - begin));
  }

  std::vector<RawSlotAccess> take() { return std::move(found_); }

 private:
  int64_t word_size() const { return mode_ == Mode::Bits64 ? 8 : 4; }

  // 64-bit systems differ in the register they use, all 32-bit ones have GS.
  bool is_slot_segment(uint8_t prefix) const {
    return prefix == x86::kGsPrefix || (prefix == x86::kFsPrefix && mode_ == Mode::Bits64);
  }

  bool is_absolute_access(const Instruction& instruction) const {
    const bool is_address_only = instruction.map == 0 && instruction.opcode == x86::kLoadAddress;
    const bool is_unclear = instruction.segment_prefix != 0 && instruction.has_several_segments;
    const bool may_be_in_segment = is_unclear || is_slot_segment(instruction.segment_prefix);
    return may_be_in_segment && instruction.has_memory && !is_address_only && !instruction.has_base &&
           !instruction.has_index && !instruction.is_relative;
  }

  bool is_relocated(uint64_t start, const Instruction& instruction) const {
    const uint64_t begin = start + instruction.displacement, end = begin + instruction.displacement_size;
    const auto next = std::ranges::upper_bound(fields_, begin, {}, &FieldRange::end);
    return next != fields_.end() && next->begin < end;
  }

  int64_t read_displacement(uint64_t start, const Instruction& instruction) const {
    const uint8_t* field = code_.data() + start + instruction.displacement;
    switch (instruction.displacement_size) {
      case 2:
        return load<uint16_t>(field);
      case 4:
        return instruction.has_short_address ? int64_t{load<uint32_t>(field)} : load<int32_t>(field);
      default:
        return load<int64_t>(field);
    }
  }

  void report(uint64_t start, std::string_view what) {
    found_.push_back({.field = static_cast<uint32_t>(start), .problem = std::string(what)});
  }

  Bytes code_;
  Mode mode_;
  std::span<const FieldRange> fields_;
  std::vector<RawSlotAccess> found_;
};

}  // namespace

std::vector<RawSlotAccess> find_raw_slots(Bytes code, Mode mode, std::span<const uint32_t> starts,
                                          std::span<const FieldRange> fields) {
  RawSlotFinder finder(code, mode, fields);
  x86::walk_instructions(
      code, mode, starts, [&](uint64_t start, const Instruction& instruction) { finder.visit(start, instruction); },
      [&](uint64_t begin, uint64_t end) { finder.skip(begin, end); });
  return finder.take();
}

}  // namespace xld
