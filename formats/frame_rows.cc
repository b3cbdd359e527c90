// See frame_rows.h.
#include "formats/frame_rows.h"

#include <algorithm>

#include "formats/dwarf_reader.h"

namespace xld {

namespace {

// DW_CFA_...
constexpr uint8_t kAdvance = 0x40, kOffset = 0x80, kRestore = 0xc0, kOperandMask = 0x3f;
enum Instruction : uint8_t {
  kNop = 0x00,
  kAdvance1 = 0x02,
  kAdvance2 = 0x03,
  kAdvance4 = 0x04,
  kOffsetExtended = 0x05,
  kRestoreExtended = 0x06,
  kSameValue = 0x08,
  kRememberState = 0x0a,
  kRestoreState = 0x0b,
  kDefineCfa = 0x0c,
  kDefineCfaRegister = 0x0d,
  kDefineCfaOffset = 0x0e,
  kOffsetExtendedSigned = 0x11,
  kDefineCfaSigned = 0x12,
  kDefineCfaOffsetSigned = 0x13,
  kArgumentsSize = 0x2e,
};

constexpr size_t kMostRows = 100'000, kMostSaved = 64, kMostStates = 64;

class RowReader {
 public:
  RowReader(Bytes section, const CieFacts& facts) : section_(section), facts_(facts) {}

  std::optional<std::vector<FrameRow>> read(const EhRecord& cie, const EhRecord& fde, const FdeFacts& fde_facts) {
    if (!run(facts_.instructions_offset, cie) || !rows_.empty()) return std::nullopt;
    initial_ = row_;
    if (!run(fde_facts.instructions_offset, fde)) return std::nullopt;
    rows_.push_back(row_);
    return std::move(rows_);
  }

 private:
  bool run(uint64_t begin, const EhRecord& record) {
    if (!contains(section_, record.offset, record.size)) return false;
    reader_ = DwarfReader(section_.first(uint64_t{record.offset} + record.size), begin);
    while (!reader_.at_end())
      if (!step(reader_.take<uint8_t>())) return false;
    return !reader_.failed();
  }

  bool step(uint8_t code) {
    const uint8_t operand = code & kOperandMask;
    switch (code & ~kOperandMask) {
      case kAdvance:
        return advance(operand);
      case kOffset:
        return save(operand, scaled(static_cast<int64_t>(reader_.take_uleb())));
      case kRestore:
        return restore(operand);
      default:
        return step_extended(code);
    }
  }

  bool step_extended(uint8_t code) {
    switch (code) {
      case kNop:
        return true;
      case kAdvance1:
        return advance(reader_.take<uint8_t>());
      case kAdvance2:
        return advance(reader_.take<uint16_t>());
      case kAdvance4:
        return advance(reader_.take<uint32_t>());
      case kSameValue:
        return forget(reader_.take_uleb());
      case kRestoreExtended:
        return restore(reader_.take_uleb());
      case kRememberState:
        states_.push_back(row_);
        return states_.size() < kMostStates;
      case kRestoreState:
        return restore_state();
      case kArgumentsSize:
        return reader_.take_uleb() == 0;
      case kOffsetExtended:
      case kOffsetExtendedSigned:
        return save_extended(code);
      default:
        return define_cfa(code);
    }
  }

  bool save_extended(uint8_t code) {
    const uint64_t number = reader_.take_uleb();
    return save(number,
                scaled(code == kOffsetExtended ? static_cast<int64_t>(reader_.take_uleb()) : reader_.take_sleb()));
  }

  bool define_cfa(uint8_t code) {
    switch (code) {
      case kDefineCfa:
        row_.cfa_register = reader_.take_uleb();
        return set_cfa_offset(static_cast<int64_t>(reader_.take_uleb()));
      case kDefineCfaRegister:
        row_.cfa_register = reader_.take_uleb();
        return true;
      case kDefineCfaOffset:
        return set_cfa_offset(static_cast<int64_t>(reader_.take_uleb()));
      case kDefineCfaSigned:
        row_.cfa_register = reader_.take_uleb();
        return set_cfa_offset(scaled(reader_.take_sleb()));
      case kDefineCfaOffsetSigned:
        return set_cfa_offset(scaled(reader_.take_sleb()));
      default:
        return false;
    }
  }

  bool set_cfa_offset(int64_t offset) {
    row_.cfa_offset = offset;
    return is_near(offset);
  }

  int64_t scaled(int64_t value) const {
    return is_near(value) && is_near(facts_.data_alignment) ? value * facts_.data_alignment : INT64_MAX;
  }
  static bool is_near(int64_t offset) { return offset == static_cast<int32_t>(offset); }

  bool advance(uint64_t distance) {
    if (distance == 0) return true;
    rows_.push_back(row_);
    row_.begin += distance * facts_.code_alignment;
    return rows_.size() < kMostRows && row_.begin <= UINT32_MAX && facts_.code_alignment <= UINT8_MAX;
  }

  auto find(uint64_t number) {
    return std::ranges::lower_bound(row_.saved, number, {}, &std::pair<uint64_t, int64_t>::first);
  }
  bool forget(uint64_t number) {
    const auto found = find(number);
    if (found != row_.saved.end() && found->first == number) row_.saved.erase(found);
    return true;
  }
  bool save(uint64_t number, int64_t offset) {
    forget(number);
    row_.saved.insert(find(number), {number, offset});
    return row_.saved.size() <= kMostSaved && is_near(offset);
  }
  bool restore(uint64_t number) {
    const auto place = initial_.place_of(number);
    return place ? save(number, *place) : forget(number);
  }
  bool restore_state() {
    if (states_.empty()) return false;
    const uint64_t begin = row_.begin;
    row_ = std::move(states_.back());
    row_.begin = begin;
    states_.pop_back();
    return true;
  }

  Bytes section_;
  const CieFacts& facts_;
  DwarfReader reader_{Bytes()};
  FrameRow row_, initial_;
  std::vector<FrameRow> rows_, states_;
};

}  // namespace

std::optional<int64_t> FrameRow::place_of(uint64_t number) const {
  const auto found = std::ranges::lower_bound(saved, number, {}, &std::pair<uint64_t, int64_t>::first);
  return found != saved.end() && found->first == number ? std::optional(found->second) : std::nullopt;
}

std::optional<std::vector<FrameRow>> read_frame_rows(Bytes section, const EhRecord& cie, const CieFacts& cie_facts,
                                                     const EhRecord& fde, const FdeFacts& fde_facts) {
  return RowReader(section, cie_facts).read(cie, fde, fde_facts);
}

}  // namespace xld
