// The opcode maps as tables of letters, and the reader that follows them. See x86_decode.h.
#include "arch/x86_decode.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace xld::x86 {

namespace {

// What follows an opcode:
//   .  nothing            b  imm8          w  imm16         z  imm16 or imm32, by operand size
//   m  ModRM              M  ModRM, imm8   Z  ModRM, immz   j  like z, but 32 bits in 64-bit code
//   v  like z, or imm64   o  an address    f  far pointer   e  imm16 and imm8
//   r  ModRM of two registers, whatever its mode says       g, G  group 3: imm8 or immz if it is test
//   i  nothing, and no instruction in 64-bit code;  x  no instruction (or a prefix)
constexpr std::string_view kOneByte =
    "mmmmbziimmmmbzix"   // 00
    "mmmmbziimmmmbzii"   // 10
    "mmmmbzximmmmbzxi"   // 20
    "mmmmbzximmmmbzxi"   // 30
    "................"   // 40: REX in 64-bit code
    "................"   // 50
    "iimmxxxxzZbM...."   // 60
    "bbbbbbbbbbbbbbbb"   // 70
    "MZMMmmmmmmmmmmmm"   // 80
    "..........f....."   // 90
    "oooo....bz......"   // a0
    "bbbbbbbbvvvvvvvv"   // b0
    "MMw.mmMZe.w..bi."   // c0
    "mmmmbbi.mmmmmmmm"   // d0
    "bbbbbbbbjjfb...."   // e0
    "x.xx..gG......mm";  // f0

constexpr std::string_view kAfter0f =
    "mmmmx.....x.xm.M"   // 00: 0F 0F is 3DNow!, whose opcode comes last
    "mmmmmmmmmmmmmmmm"   // 10
    "rrrrxxxxmmmmmmmm"   // 20
    "......x.xxxxxxxx"   // 30: 38 and 3A lead on
    "mmmmmmmmmmmmmmmm"   // 40
    "mmmmmmmmmmmmmmmm"   // 50
    "mmmmmmmmmmmmmmmm"   // 60
    "MMMMmmm.mmxxmmmm"   // 70
    "jjjjjjjjjjjjjjjj"   // 80
    "mmmmmmmmmmmmmmmm"   // 90
    "...mMmmm...mMmmm"   // a0
    "mmmmmmmmmmMmmmmm"   // b0
    "mmMmMMMm........"   // c0
    "mmmmmmmmmmmmmmmm"   // d0
    "mmmmmmmmmmmmmmmm"   // e0
    "mmmmmmmmmmmmmmmm";  // f0

static_assert(kOneByte.size() == 256 && kAfter0f.size() == 256);

constexpr size_t kLongest = 15;

constexpr bool is_legacy_prefix(uint8_t byte) {
  constexpr std::string_view kPrefixes = "\x26\x2e\x36\x3e\x64\x65\x66\x67\xf0\xf2\xf3";
  return kPrefixes.find(static_cast<char>(byte)) != std::string_view::npos;
}

// VEX and EVEX number their maps; in EVEX map 4, the legacy opcodes come back with more operands.
char vector_form(uint8_t map, uint8_t opcode, bool is_evex) {
  constexpr std::string_view kLegacyImmediates = "\x24\x2c\x6b\x83\xc0\xc1\x80";
  switch (map) {
    case 1: {
      if (opcode == 0x7a || opcode == 0x7b) return 'm';
      const char form = kAfter0f[opcode];
      return form == 'm' || form == 'M' || (form == '.' && opcode == 0x77) ? form : 'x';
    }
    case 2:
      return 'm';
    case 3:
      return 'M';
    case 4:
      if (!is_evex) return 'x';
      if (opcode == 0xf6) return 'g';
      if (opcode == 0xf7) return 'G';
      if (opcode == 0x69 || opcode == 0x81) return 'Z';
      return kLegacyImmediates.find(static_cast<char>(opcode)) != std::string_view::npos ? 'M' : 'm';
    case 5:
    case 6:
      return 'm';
    case 7:
      return 'D';  // ModRM and imm32
    default:
      return 'x';
  }
}

// XOP: map 8 has an imm8, map 10 an imm32.
char xop_form(uint8_t map) {
  return map == 8 ? 'M' : map == 9 ? 'm' : map == 10 ? 'D' : 'x';
}

class Reader {
 public:
  Reader(Bytes code, Mode mode) : code_(code.first(std::min(code.size(), kLongest))), mode_(mode) {}

  std::optional<Instruction> read() {
    const bool is_whole = read_prefixes() && read_opcode() && read_operands();
    if (!is_whole) return std::nullopt;
    result_.size = static_cast<uint8_t>(at_);
    return result_;
  }

 private:
  bool is_64() const { return mode_ == Mode::Bits64; }
  bool has(size_t count) const { return code_.size() - at_ >= count; }
  uint8_t peek(size_t ahead = 0) const { return code_[at_ + ahead]; }

  bool read_prefixes() {
    for (; has(1); at_++) {
      const uint8_t byte = peek();
      if (is_legacy_prefix(byte)) {
        note_prefix(byte);
        note_rex(0);  // a REX prefix counts right before the opcode only
        has_rex_ = false;
      } else if (is_64() && (byte & 0xf0) == 0x40) {
        note_rex(byte);
        has_rex_ = true;
      } else {
        return true;
      }
    }
    return false;
  }

  void note_rex(uint8_t bits) {
    result_.has_wide_operand = (bits & 8) != 0;
    result_.extends_register = (bits & 4) != 0;
    extends_index_ = (bits & 2) != 0;
  }

  // 64-bit code has no other segments: their prefixes mean nothing there.
  bool is_segment_prefix(uint8_t byte) const {
    const bool is_old = byte == 0x26 || byte == 0x2e || byte == 0x36 || byte == 0x3e;
    return byte == kFsPrefix || byte == kGsPrefix || (is_old && !is_64());
  }

  void note_prefix(uint8_t byte) {
    if (is_segment_prefix(byte)) {
      result_.has_several_segments |= has_segment_;
      has_segment_ = true;
    }
    if (byte == kFsPrefix || byte == kGsPrefix) {
      result_.segment = static_cast<uint8_t>(at_);
      result_.segment_prefix = byte;
    }
    result_.has_short_operand |= byte == 0x66;
    result_.has_short_address |= byte == 0x67;
    if (byte == 0xf2 || byte == 0xf3) result_.repeat = byte;
    is_encoding_prefix_seen_ |= byte == 0x66 || byte == 0xf0 || byte == 0xf2 || byte == 0xf3;
  }

  bool read_opcode() {
    const uint8_t first = peek();
    // Outside of 64-bit code, these bytes are prefixes if no memory operand follows, which the old instructions need.
    const bool is_free = is_64() || (has(2) && (peek(1) & 0xc0) == 0xc0);
    if (first == 0xc5 && is_free) return read_short_vex();
    if (first == 0xc4 && is_free) return read_long_vex();
    if (first == 0x62 && is_free) return read_evex();
    if (first == 0x8f && has(2) && (peek(1) & 0x1f) >= 8) return read_xop();
    if (first == 0xd5 && is_64()) return read_rex2();
    return read_legacy_opcode();
  }

  bool take_opcode(uint8_t map, char form) {
    result_.map = map;
    result_.opcode = code_[at_ - 1];
    form_ = form;
    return form != 'x' && !(form == 'i' && is_64()) && !(form == 'f' && is_64());
  }

  bool read_legacy_opcode() {
    if (!has(1)) return false;
    const uint8_t first = code_[at_++];
    if (first != 0x0f) return take_opcode(0, is_64() && first == 0x82 ? 'x' : kOneByte[first]);
    if (!has(1)) return false;
    const uint8_t second = code_[at_++];
    if (second != 0x38 && second != 0x3a) return take_opcode(1, kAfter0f[second]);
    if (!has(1)) return false;
    at_++;
    return second == 0x38 ? take_opcode(2, 'm') : take_opcode(3, 'M');
  }

  // D5 and a byte: what REX says and more, and the map.
  bool read_rex2() {
    if (!has(3) || has_rex_) return false;
    const uint8_t payload = peek(1), opcode = peek(2), row = opcode >> 4;
    note_rex(payload);
    result_.extends_register |= (payload & 0x40) != 0;
    extends_index_ |= (payload & 0x20) != 0;
    at_ += 3;
    if (payload & 0x80) return row != 3 && row != 8 && take_opcode(1, kAfter0f[opcode]);
    if (opcode == 0xa1) return take_opcode(0, 'q');  // jmpabs
    const bool is_taken = row == 4 || row == 7 || row == 0xa || row == 0xe || opcode == 0x0f || opcode == 0x82;
    return !is_taken && take_opcode(0, kOneByte[opcode]);
  }

  // Prefixes that say how an opcode is meant are part of these.
  bool begin_vector(size_t size) {
    if (!has(size + 1) || has_rex_ || is_encoding_prefix_seen_) return false;
    result_.is_vector = true;
    return true;
  }

  void note_implied_prefix(uint8_t number) {
    result_.has_short_operand = number == 1;
    result_.repeat = number == 2 ? 0xf3 : number == 3 ? 0xf2 : 0;
  }

  void note_inverted_index(uint8_t bits) { extends_index_ = (bits & 0x40) == 0; }

  bool read_short_vex() {
    if (!begin_vector(2)) return false;
    note_implied_prefix(peek(1) & 3);
    at_ += 3;
    return take_opcode(1, vector_form(1, code_[at_ - 1], false));
  }

  bool read_long_vex() {
    if (!begin_vector(3)) return false;
    const uint8_t map = peek(1) & 0x1f;
    note_implied_prefix(peek(2) & 3);
    note_inverted_index(peek(1));
    result_.has_wide_operand = (peek(2) & 0x80) != 0;
    at_ += 4;
    return take_opcode(map, vector_form(map, code_[at_ - 1], false));
  }

  bool read_evex() {
    if (!begin_vector(4)) return false;
    const uint8_t map = peek(1) & 7;
    note_implied_prefix(peek(2) & 3);
    note_inverted_index(peek(1));
    extends_index_ |= (peek(2) & 4) == 0;  // APX: registers 16 and higher
    result_.has_wide_operand = (peek(2) & 0x80) != 0;
    at_ += 5;
    return take_opcode(map, vector_form(map, code_[at_ - 1], true));
  }

  bool read_xop() {
    if (!begin_vector(3)) return false;
    const uint8_t map = peek(1) & 0x1f;
    note_inverted_index(peek(1));
    result_.has_wide_operand = (peek(2) & 0x80) != 0;
    at_ += 4;
    return take_opcode(map, xop_form(map));
  }

  bool read_operands() {
    switch (form_) {
      case 'm':
      case 'M':
      case 'Z':
      case 'D':
      case 'g':
      case 'G':
        if (!read_modrm()) return false;
        break;
      case 'r':
        if (!has(1)) return false;
        result_.modrm = code_[at_++];
        break;
      case 'o':
        result_.has_memory = result_.is_memory_address = true;
        return take_displacement(address_size());
      default:
        break;
    }
    return take_immediate(immediate_size());
  }

  uint8_t address_size() const {
    if (is_64()) return result_.has_short_address ? 4 : 8;
    return result_.has_short_address ? 2 : 4;
  }

  uint8_t operand_immediate() const { return result_.has_short_operand && !result_.has_wide_operand ? 2 : 4; }

  uint8_t immediate_size() const {
    const bool is_test = (result_.modrm >> 3 & 7) <= 1;
    switch (form_) {
      case 'b':
      case 'M':
        return is_extract_of_two() ? 2 : 1;
      case 'w':
        return 2;
      case 'e':
        return 3;
      case 'z':
      case 'Z':
        return operand_immediate();
      case 'j':
        return is_64() ? 4 : operand_immediate();
      case 'v':
        return result_.has_wide_operand ? 8 : operand_immediate();
      case 'f':
        return operand_immediate() + 2;
      case 'g':
        return is_test ? 1 : 0;
      case 'G':
        return is_test ? operand_immediate() : 0;
      case 'D':
        return 4;
      case 'q':
        return 8;
      default:
        return is_extract_of_two() ? 2 : 0;
    }
  }

  // SSE4a: extrq and insertq with a length and an index.
  bool is_extract_of_two() const {
    return result_.map == 1 && result_.opcode == 0x78 && !result_.is_vector &&
           (result_.has_short_operand || result_.repeat == 0xf2);
  }

  bool read_modrm() {
    if (!has(1)) return false;
    const uint8_t modrm = result_.modrm = code_[at_++];
    const uint8_t mode = modrm >> 6, base = modrm & 7;
    if (mode == 3) return true;
    result_.has_memory = true;
    if (!is_64() && result_.has_short_address) return read_short_address(mode, base);
    if (base == 4) return read_index_byte(mode);
    if (mode == 0 && base == 5) {
      result_.is_relative = is_64();
      return take_displacement(4);
    }
    result_.has_base = true;
    return take_displacement(displacement_of(mode));
  }

  static uint8_t displacement_of(uint8_t mode) { return mode == 1 ? 1 : mode == 2 ? 4 : 0; }

  // 16-bit addresses: pairs of registers, or none.
  bool read_short_address(uint8_t mode, uint8_t base) {
    const bool is_displacement_only = mode == 0 && base == 6;
    result_.has_base = !is_displacement_only;
    result_.has_index = base < 4;
    return take_displacement(is_displacement_only || mode == 2 ? 2 : mode == 1 ? 1 : 0);
  }

  bool read_index_byte(uint8_t mode) {
    if (!has(1)) return false;
    const uint8_t sib = code_[at_++];
    // Index 4 is none unless a prefix makes it register 12 or higher, or it is that of a vector.
    result_.has_index = (sib >> 3 & 7) != 4 || extends_index_ || has_vector_of_addresses();
    result_.has_base = (sib & 7) != 5 || mode != 0;
    return take_displacement(result_.has_base ? displacement_of(mode) : 4);
  }

  // Gathers and scatters, and their prefetches.
  bool has_vector_of_addresses() const {
    const uint8_t opcode = result_.opcode;
    return result_.is_vector && result_.map == 2 &&
           ((opcode & 0xfc) == 0x90 || (opcode & 0xfc) == 0xa0 || (opcode & 0xfe) == 0xc6);
  }

  bool take_displacement(uint8_t size) {
    if (!has(size)) return false;
    result_.displacement = static_cast<uint8_t>(at_);
    result_.displacement_size = size;
    at_ += size;
    return true;
  }

  bool take_immediate(uint8_t size) {
    if (!has(size)) return false;
    result_.immediate = static_cast<uint8_t>(at_);
    result_.immediate_size = size;
    at_ += size;
    return true;
  }

  Bytes code_;
  Mode mode_;
  size_t at_ = 0;
  char form_ = 'x';
  bool has_rex_ = false;
  bool has_segment_ = false;
  bool extends_index_ = false;
  bool is_encoding_prefix_seen_ = false;
  Instruction result_;
};

// How many bytes of memory an opcode accesses:
//   1 2 4  so many      v  by operand size: 2, 4 or 8      s  a word of the stack
//   5  groups 4 and 5   -  none, or not said here
constexpr std::string_view kOneByteAccess =
    "1v1v----1v1v----"   // 00
    "1v1v----1v1v----"   // 10
    "1v1v----1v1v----"   // 20
    "1v1v----1v1v----"   // 30
    "----------------"   // 40
    "----------------"   // 50
    "---4-----v-v----"   // 60: 63 is movsxd; in 32-bit code, arpl
    "----------------"   // 70
    "1v1v1v1v1v1v2-2s"   // 80
    "----------------"   // 90
    "1v1v------------"   // a0
    "----------------"   // b0
    "1v----1v--------"   // c0
    "1v1v------------"   // d0
    "----------------"   // e0
    "------1v------55";  // f0

constexpr std::string_view kAccessAfter0f =
    "----------------"   // 00
    "----------------"   // 10: see scalar_move_size
    "----------------"   // 20
    "----------------"   // 30
    "vvvvvvvvvvvvvvvv"   // 40
    "----------------"   // 50
    "----------------"   // 60
    "----------------"   // 70
    "----------------"   // 80
    "1111111111111111"   // 90
    "----vv------vv-v"   // a0: bt and its like with a register may reach any distance
    "1v----12v-v-vv12"   // b0
    "1v-v------------"   // c0
    "----------------"   // d0
    "----------------"   // e0
    "----------------";  // f0

static_assert(kOneByteAccess.size() == 256 && kAccessAfter0f.size() == 256);

uint8_t operand_size(const Instruction& instruction) {
  return instruction.has_wide_operand ? 8 : instruction.has_short_operand ? 2 : 4;
}

uint8_t stack_size(const Instruction& instruction, Mode mode) {
  if (instruction.has_short_operand && !instruction.has_wide_operand) return 2;
  return mode == Mode::Bits64 ? 8 : 4;
}

// inc, dec; call and jmp; push. Far calls and jumps read more than one word.
uint8_t group_4_and_5_size(const Instruction& instruction, Mode mode) {
  const uint8_t digit = instruction.modrm >> 3 & 7;
  if (instruction.opcode == 0xfe) return digit <= 1 ? 1 : 0;
  if (digit <= 1) return operand_size(instruction);
  if (digit == 2 || digit == 4) return mode == Mode::Bits64 ? 8 : operand_size(instruction);
  return digit == 6 ? stack_size(instruction, mode) : 0;
}

// Moves of one number between memory and a vector register.
uint8_t scalar_move_size(const Instruction& instruction) {
  switch (instruction.opcode) {
    case 0x10:
    case 0x11:  // movss, movsd
      return instruction.repeat == 0xf3 ? 4 : instruction.repeat == 0xf2 ? 8 : 0;
    case 0x12:
    case 0x13:
    case 0x16:
    case 0x17:  // movlps, movhps and their like
      return instruction.repeat == 0 ? 8 : 0;
    case 0x6e:  // movd, movq
      return instruction.repeat != 0 ? 0 : instruction.has_wide_operand ? 8 : 4;
    case 0x7e:
      if (instruction.repeat == 0xf2) return 0;
      return instruction.repeat == 0xf3 || instruction.has_wide_operand ? 8 : 4;
    case 0xd6:  // movq
      return instruction.has_short_operand && instruction.repeat == 0 ? 8 : 0;
    default:
      return 0;
  }
}

// movbe, crc32, adcx and adox.
uint8_t integer_size_after_0f38(const Instruction& instruction) {
  const bool is_checksum = instruction.repeat == 0xf2;
  switch (instruction.opcode) {
    case 0xf0:
      return is_checksum ? 1 : operand_size(instruction);
    case 0xf1:
      return operand_size(instruction);
    case 0xf6: {
      const bool is_add = instruction.repeat == 0xf3 || (instruction.has_short_operand && !is_checksum);
      return !is_add ? 0 : instruction.has_wide_operand ? 8 : 4;
    }
    default:
      return 0;
  }
}

// Integer instructions that have a VEX prefix (andn, bextr, bzhi, mulx, pdep, rorx, shlx and their like), and moves of
// one number with VEX or EVEX.
uint8_t vector_encoded_size(const Instruction& instruction) {
  if (instruction.map == 1) return scalar_move_size(instruction);
  const uint8_t opcode = instruction.opcode;
  const bool is_integer = instruction.map == 2 ? opcode == 0xf2 || opcode == 0xf3 || (opcode >= 0xf5 && opcode <= 0xf7)
                                               : instruction.map == 3 && opcode == 0xf0;
  return !is_integer ? 0 : instruction.has_wide_operand ? 8 : 4;
}

uint8_t size_by_letter(char letter, const Instruction& instruction, Mode mode) {
  switch (letter) {
    case '1':
    case '2':
    case '4':
      return static_cast<uint8_t>(letter - '0');
    case '5':
      return group_4_and_5_size(instruction, mode);
    case 'v':
      return operand_size(instruction);
    case 's':
      return stack_size(instruction, mode);
    default:
      return 0;
  }
}

}  // namespace

std::optional<Instruction> decode_instruction(Bytes code, Mode mode) {
  return Reader(code, mode).read();
}

uint8_t accessed_size(const Instruction& instruction, Mode mode) {
  if (!instruction.has_memory) return 0;
  if (instruction.is_vector) return vector_encoded_size(instruction);
  switch (instruction.map) {
    case 0:
      if (instruction.opcode == 0x63 && mode == Mode::Bits32) return 2;
      return size_by_letter(kOneByteAccess[instruction.opcode], instruction, mode);
    case 1: {
      const char letter = kAccessAfter0f[instruction.opcode];
      return letter == '-' ? scalar_move_size(instruction) : size_by_letter(letter, instruction, mode);
    }
    case 2:
      return integer_size_after_0f38(instruction);
    default:
      return 0;
  }
}

bool can_displace(const Instruction& instruction, Mode mode, int64_t value) {
  const uint8_t size = instruction.displacement_size;
  // A shorter address is extended by zeros, so that nothing below zero can be reached.
  if (instruction.has_short_address) return value >= 0 && size >= 2 && value < int64_t{1} << (8 * size);
  if (size == 8 || (size == 4 && mode == Mode::Bits32)) return true;
  const int64_t limit = int64_t{1} << (8 * size - 1);
  return size != 0 && value >= -limit && value < limit;
}

std::optional<InstructionFinder::Found> InstructionFinder::find(uint64_t offset) {
  const auto after = std::ranges::upper_bound(starts_, offset);
  const uint64_t start = after == starts_.begin() ? 0 : *std::prev(after);
  const uint64_t end = std::min<uint64_t>(code_.size(), after == starts_.end() ? UINT64_MAX : *after);
  if (next_ < start || next_ > offset) next_ = start;
  while (next_ < end) {
    const auto instruction = decode_instruction(code_.subspan(next_, end - next_), mode_);
    if (!instruction) return std::nullopt;
    if (offset - next_ < instruction->size) return Found{next_, *instruction};
    next_ += instruction->size;
  }
  return std::nullopt;
}

}  // namespace xld::x86
