// See frame_registers.h. System V psABI of i386, table 2.14: esp is 4, ebp is 5; Darwin has it the other way
// round. DWARF 5 §6.4.2 (call frame instructions), §2.5 (expressions).
#include "formats/elf_to_macho/frame_registers.h"

#include <fmt/core.h>
#include <string_view>

#include "core/leb128.h"
#include "formats/eh_frame.h"

namespace xld::elf_to_macho {

namespace {

constexpr uint8_t kStackPointer = 4, kFramePointer = 5, kWordSize = 4;

constexpr bool is_swapped(uint64_t number) {
  return number == kStackPointer || number == kFramePointer;
}
constexpr uint8_t swapped(uint8_t number) {
  return static_cast<uint8_t>(kStackPointer + kFramePointer - number);
}

// What follows an operation: r a register, l a LEB128 number, 1 2 4 so many bytes, b an expression; "?": not known.
constexpr std::string_view frame_operands(uint8_t code) {
  constexpr std::string_view kOperands[] = {"",   "4", "1", "2", "4",  "rl", "r",  "r", "r",  "rr", "",  "",
                                            "rl", "r", "l", "b", "rb", "rl", "rl", "l", "rl", "rl", "rb"};
  constexpr uint8_t kArgumentsSize = 0x2e;
  if (code < std::size(kOperands)) return kOperands[code];
  return code == kArgumentsSize ? "l" : "?";
}

constexpr uint8_t kRegister0 = 0x50, kBase0 = 0x70, kBaseEnd = 0x90;

constexpr std::string_view expression_operands(uint8_t code) {
  if (code >= kBase0 && code < kBaseEnd) return "l";
  if (code >= 0x30 && code < kBase0) return "";  // small numbers, registers
  switch (code) {
    case 0x08:
    case 0x09:
    case 0x15:
    case 0x94:  // 1-byte constants, pick, deref_size
      return "1";
    case 0x0a:
    case 0x0b:
    case 0x28:
    case 0x2f:  // 2-byte constants, branches
      return "2";
    case 0x03:
    case 0x0c:
    case 0x0d:  // an address, 4-byte constants
      return "4";
    case 0x10:
    case 0x11:
    case 0x23:  // constu, consts, plus_uconst
      return "l";
    case 0x90:  // regx
      return "r";
    case 0x92:  // bregx
      return "rl";
    default:  // operations on the stack
      return code == 0x06 || (code >= 0x12 && code <= 0x2e) || code == 0x96 ? "" : "?";
  }
}

class Renumberer {
 public:
  Renumberer(MutableBytes bytes, uint64_t begin, uint64_t end) : bytes_(bytes), at_(begin), end_(end) {}

  bool run() {
    while (ok_ && at_ < end_) step();
    return ok_;
  }

 private:
  uint8_t take() {
    if (at_ < end_) return bytes_[at_++];
    ok_ = false;
    return 0;
  }
  uint64_t take_number() {
    const auto value = read_uleb(Bytes(bytes_).first(end_), at_);
    ok_ = ok_ && value;
    return value.value_or(0);
  }
  void skip(uint64_t count) {
    if (count > end_ - at_) ok_ = false;
    at_ += ok_ ? count : 0;
  }

  void take_register() {
    const uint64_t start = at_;
    const uint64_t number = take_number();
    // The number stands in the first byte, whatever follows.
    if (ok_ && is_swapped(number))
      bytes_[start] = static_cast<uint8_t>((bytes_[start] & 0x80) | swapped(static_cast<uint8_t>(number)));
  }

  void take_operands(std::string_view operands) {
    for (const char operand : operands) {
      switch (operand) {
        case 'r':
          take_register();
          break;
        case 'l':
          take_number();
          break;
        case 'b':
          take_expression();
          break;
        case '?':
          ok_ = false;
          break;
        default:
          skip(static_cast<uint64_t>(operand - '0'));
      }
    }
  }

  void step() {
    constexpr uint8_t kKind = 0xc0, kOffset = 0x80, kAdvance = 0x40, kNumber = 0x3f;
    const uint8_t code = take();
    if ((code & kKind) == kAdvance) return;
    if ((code & kKind) == 0) return take_operands(frame_operands(code));
    if (is_swapped(code & kNumber))
      bytes_[at_ - 1] = static_cast<uint8_t>((code & kKind) | swapped(static_cast<uint8_t>(code & kNumber)));
    if ((code & kKind) == kOffset) take_number();  // the other kind restores, and says no more
  }

  void take_expression() {
    const uint64_t size = take_number();
    if (!ok_ || size > end_ - at_) {
      ok_ = false;
      return;
    }
    Renumberer inner(bytes_, at_, at_ + size);
    ok_ = inner.run_expression();
    at_ += size;
  }

  bool run_expression() {
    while (ok_ && at_ < end_) {
      const uint8_t code = take();
      for (const uint8_t first : {kRegister0, kBase0})
        if (code >= first && is_swapped(static_cast<uint8_t>(code - first)))
          bytes_[at_ - 1] = static_cast<uint8_t>(first + swapped(static_cast<uint8_t>(code - first)));
      take_operands(expression_operands(code));
    }
    return ok_;
  }

  MutableBytes bytes_;
  uint64_t at_, end_;
  bool ok_ = true;
};

}  // namespace

std::optional<Error> swap_frame_registers(MutableBytes section) {
  std::vector<EhRecord> records;
  if (const auto split = split_eh_frame(section, records); !split) return split.error();
  std::vector<CieFacts> cies(records.size());
  for (size_t i = 0; i < records.size(); i++) {  // an FDE may stand before its CIE
    if (!records[i].is_cie()) continue;
    const auto facts = parse_cie(section, records[i], kWordSize);
    if (!facts) return facts.error();
    cies[i] = *facts;
  }
  for (size_t i = 0; i < records.size(); i++) {
    const EhRecord& record = records[i];
    uint32_t begin = cies[i].instructions_offset;
    if (!record.is_cie()) {
      const auto facts = parse_fde(section, record, cies[record.cie], kWordSize);
      if (!facts) return facts.error();
      begin = facts->instructions_offset;
    }
    if (!Renumberer(section, begin, uint64_t{record.offset} + record.size).run())
      return Error{fmt::format("the record at {:#x} has instructions that are not known", record.offset)};
  }
  return std::nullopt;
}

}  // namespace xld::elf_to_macho
