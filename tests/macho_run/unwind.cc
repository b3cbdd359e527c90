// See unwind.h. The host knows DWARF call frame information only, so each entry of __unwind_info becomes an FDE with
// the instructions its compact encoding stands for; entries that point into __eh_frame are re-encoded with absolute
// pointers. A program that throws thus runs on what the linker wrote, with the host's C++ library on top.
//
// Formats: <mach-o/compact_unwind_encoding.h>; DWARF 5, 6.4; the LSB's description of .eh_frame.
#include "tests/macho_run/unwind.h"

#include <initializer_list>
#include <map>
#include <tuple>

#include "tests/macho_run/leb128.h"
#include "tests/macho_run/report.h"

extern "C" void __register_frame(void* frames);

namespace macho_run {

namespace {

constexpr uint32_t kWordSize = sizeof(Word);

// Registers by their DWARF numbers on the host. `kSaved` is what the compact encodings number from 1.
#if defined(__x86_64__)
constexpr uint8_t kReturn = 16, kFrame = 6, kStack = 7;
constexpr uint8_t kSaved[] = {0, 3, 12, 13, 14, 15, 6};
#elif defined(__i386__)
constexpr uint8_t kReturn = 8, kFrame = 5, kStack = 4;
constexpr uint8_t kSaved[] = {0, 3, 1, 2, 7, 6, 5};
#else
constexpr uint8_t kReturn = 30, kFrame = 29, kStack = 31;
#endif

// Bytes of call frame information in the making.
class Frames {
 public:
  template <class T>
  void put(T value) {
    const size_t at = bytes_.size();
    bytes_.resize(at + sizeof(T));
    xld::store<T>(bytes_.data() + at, value);
  }
  void put_uleb(uint64_t value) {
    do {
      put<uint8_t>(static_cast<uint8_t>((value & 0x7f) | (value > 0x7f ? 0x80 : 0)));
      value >>= 7;
    } while (value != 0);
  }
  void put_sleb(int64_t value) {
    for (bool is_last = false; !is_last;) {
      const auto low = static_cast<uint8_t>(value & 0x7f);
      value >>= 7;
      is_last = (value == 0 && !(low & 0x40)) || (value == -1 && (low & 0x40));
      put<uint8_t>(static_cast<uint8_t>(low | (is_last ? 0 : 0x80)));
    }
  }
  void put_bytes(Bytes bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }

  size_t begin_record() {
    const size_t at = bytes_.size();
    put<uint32_t>(0);
    return at;
  }
  void end_record(size_t at) {
    while (bytes_.size() % kWordSize != 0) put<uint8_t>(0);  // DW_CFA_nop
    xld::store<uint32_t>(bytes_.data() + at, static_cast<uint32_t>(bytes_.size() - at - 4));
  }
  size_t size() const { return bytes_.size(); }
  std::vector<uint8_t>& bytes() { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
};

// What is said of one function.
struct Function {
  Word start, size, personality, lsda;
};

// What a CIE says besides its personality.
struct CommonPart {
  uint64_t code_alignment = 1, return_register = kReturn;
  int64_t data_alignment = -static_cast<int64_t>(kWordSize);
  Bytes instructions;
};

class Translator {
 public:
  explicit Translator(const Image& image) : image_(image) {
    if (const Section* s = image.file.find_section("__TEXT", "__eh_frame")) {
      eh_frame_ = contents(*s);
      eh_frame_address_ = s->address + image.slide;
    }
  }

  void translate() {
    if (const Section* s = image_.file.find_section("__TEXT", "__unwind_info")) {
      info_ = contents(*s);
      translate_unwind_info();
    } else {
      translate_all_dwarf();
    }
    if (frames_.size() == 0) return;
    frames_.put<uint32_t>(0);
    auto* kept = new std::vector<uint8_t>(std::move(frames_.bytes()));
    __register_frame(kept->data());
  }

 private:
  Bytes contents(const Section& s) const {
    return {reinterpret_cast<const uint8_t*>(s.address + image_.slide), static_cast<size_t>(s.size)};
  }

  // ---- __unwind_info

  template <class T>
  T info(uint64_t offset) const {
    return Cursor(image_.path(), "__unwind_info", info_, offset).read<T>();
  }

  void translate_unwind_info() {
    if (info<uint32_t>(0) != 1) fail("%s: __unwind_info has version %u", image_.path(), info<uint32_t>(0));
    const auto index = info<uint32_t>(20), count = info<uint32_t>(24);
    for (uint32_t i = 0; i + 1 < count; i++) {
      const uint32_t entry = index + i * 12, next = entry + 12;
      const auto page = info<uint32_t>(entry + 4), end = info<uint32_t>(next);
      read_lsdas(info<uint32_t>(entry + 8), info<uint32_t>(next + 8));
      if (page != 0) translate_page(page, info<uint32_t>(entry), end);
    }
  }

  void read_lsdas(uint32_t start, uint32_t end) {
    lsdas_.clear();
    for (uint32_t at = start; at + 8 <= end; at += 8) lsdas_[info<uint32_t>(at)] = info<uint32_t>(at + 4);
  }

  void translate_page(uint32_t page, uint32_t first_function, uint32_t end) {
    constexpr uint32_t kRegular = 2, kCompressed = 3;
    const auto kind = info<uint32_t>(page);
    const auto entries = info<uint16_t>(page + 4), count = info<uint16_t>(page + 6);
    if (kind != kRegular && kind != kCompressed) fail("%s: a page of __unwind_info of kind %u", image_.path(), kind);
    for (uint32_t i = 0; i < count; i++) {
      const uint32_t at = page + entries + i * (kind == kRegular ? 8 : 4);
      uint32_t start, next = end, encoding;
      if (kind == kRegular) {
        start = info<uint32_t>(at);
        encoding = info<uint32_t>(at + 4);
        if (i + 1 < count) next = info<uint32_t>(at + 8);
      } else {
        const auto word = info<uint32_t>(at);
        start = first_function + (word & 0xffffff);
        encoding = encoding_at(page, word >> 24);
        if (i + 1 < count) next = first_function + (info<uint32_t>(at + 4) & 0xffffff);
      }
      if (next < start) fail("%s: __unwind_info is not sorted at function %#x", image_.path(), start);
      translate_entry(start, next, encoding);
    }
  }

  uint32_t encoding_at(uint32_t page, uint32_t index) const {
    const auto common = info<uint32_t>(4), common_count = info<uint32_t>(8);
    if (index < common_count) return info<uint32_t>(common + index * 4);
    const auto local = info<uint16_t>(page + 8), local_count = info<uint16_t>(page + 10);
    if (index - common_count >= local_count) fail("%s: __unwind_info wants encoding %u", image_.path(), index);
    return info<uint32_t>(page + local + (index - common_count) * 4);
  }

  Word personality_at(uint32_t encoding) const {
    const uint32_t index = encoding >> 28 & 3;
    if (index == 0) return 0;
    if (index > info<uint32_t>(16)) fail("%s: __unwind_info wants personality %u", image_.path(), index);
    const Word slot = image_.header() + info<uint32_t>(info<uint32_t>(12) + (index - 1) * 4);
    if (!image_.file.segment_at(slot - image_.slide, sizeof(Word))) {
      fail("%s: the slot of personality %u is outside the image", image_.path(), index);
    }
    return xld::load<Word>(reinterpret_cast<const uint8_t*>(slot));
  }

  void translate_entry(uint32_t start, uint32_t end, uint32_t encoding) {
    constexpr uint32_t kHasLsda = 0x40000000;
    Function function{image_.header() + start, end - start, personality_at(encoding), 0};
    if (!image_.is_executable(function.start)) fail("%s: __unwind_info describes %#x, no code", image_.path(), start);
    if (encoding & kHasLsda) {
      const auto found = lsdas_.find(start);
      if (found == lsdas_.end()) fail("%s: function %#x has no LSDA in __unwind_info", image_.path(), start);
      function.lsda = image_.header() + found->second;
    }
    const uint32_t mode = encoding >> 24 & 15;
    if (mode == 0) return;  // nothing is known: nothing unwinds through it
    if (mode == kDwarfMode) return translate_dwarf(encoding & 0xffffff, &function);
    Frames instructions;
    write_compact(instructions, encoding, function);
    put_fde(CommonPart{}, function, instructions.bytes());
  }

  static void put_offset(Frames& out, uint8_t reg, Word words_below_cfa) {
    out.put<uint8_t>(0x05);  // DW_CFA_offset_extended
    out.put_uleb(reg);
    out.put_uleb(words_below_cfa);
  }

  static void put_cfa(Frames& out, uint8_t reg, Word offset) {
    out.put<uint8_t>(0x0c);  // DW_CFA_def_cfa
    out.put_uleb(reg);
    out.put_uleb(offset);
  }

#if defined(__aarch64__)
  static constexpr uint32_t kDwarfMode = 3;

  // Pairs are stored below the frame record, or at the top of a frame without one, in the order of the bits.
  void write_compact(Frames& out, uint32_t encoding, const Function& function) const {
    const uint32_t mode = encoding >> 24 & 15;
    Word below = 1;  // in words, from the CFA downwards
    if (mode == 4) {
      put_cfa(out, kFrame, 16);
      put_offset(out, kFrame, 2);
      put_offset(out, kReturn, 1);
      below = 3;
    } else if (mode == 2) {
      put_cfa(out, kStack, (encoding >> 12 & 0xfff) * 16);
    } else {
      fail("%s: function %#zx has compact encoding %#x", image_.path(), size_t{function.start}, encoding);
    }
    for (uint32_t pair = 0; pair < 9; pair++) {
      if (!(encoding >> pair & 1)) continue;
      if (pair > 4 && pair < 8) fail("%s: compact encoding %#x", image_.path(), encoding);
      const auto first = static_cast<uint8_t>(pair < 5 ? 19 + pair * 2 : 72);
      put_offset(out, first, below);
      put_offset(out, static_cast<uint8_t>(first + 1), below + 1);
      below += 2;
    }
  }
#else
  static constexpr uint32_t kDwarfMode = 4;

  void write_compact(Frames& out, uint32_t encoding, const Function& function) const {
    switch (encoding >> 24 & 15) {
      case 1:
        return write_frame(out, encoding);
      case 2:
        return write_frameless(out, encoding, (encoding >> 16 & 0xff) * kWordSize);
      case 3: {  // the size is the operand of a `sub` in the function
        const Word at = function.start + (encoding >> 16 & 0xff);
        if (!image_.is_executable(at + 3)) fail("%s: compact encoding %#x", image_.path(), encoding);
        const auto operand = xld::load<uint32_t>(reinterpret_cast<const uint8_t*>(at));
        return write_frameless(out, encoding, operand + (encoding >> 13 & 7) * kWordSize);
      }
      default:
        fail("%s: function %#zx has compact encoding %#x", image_.path(), size_t{function.start}, encoding);
    }
  }

  // A frame pointer; up to five registers from `offset` words below it upwards.
  void write_frame(Frames& out, uint32_t encoding) const {
    put_cfa(out, kFrame, 2 * kWordSize);
    put_offset(out, kFrame, 2);
    put_offset(out, kReturn, 1);
    const uint32_t offset = encoding >> 16 & 0xff;
    for (uint32_t i = 0; i < 5; i++) {
      const uint32_t number = encoding >> (3 * i) & 7;
      if (number == 0) continue;
      if (number > 5 || offset < i) fail("%s: compact encoding %#x", image_.path(), encoding);
      put_offset(out, kSaved[number], offset - i + 2);
    }
  }

  // Registers right below the return address; their order is a permutation in ten bits.
  void write_frameless(Frames& out, uint32_t encoding, uint32_t size) const {
    put_cfa(out, kStack, size);
    put_offset(out, kReturn, 1);
    const uint32_t count = encoding >> 10 & 7;
    uint32_t rest = encoding & 0x3ff;
    if (count > 6) fail("%s: compact encoding %#x", image_.path(), encoding);
    // Digits in a mixed base: the first register is one of 6, the next one of the 5 that are left, ...
    static constexpr uint32_t kWeights[7][6] = {
        {}, {1}, {5, 1}, {20, 4, 1}, {60, 12, 3, 1}, {120, 24, 6, 2, 1}, {120, 24, 6, 2, 1, 0}};
    const uint32_t* weights = kWeights[count];
    bool is_used[7] = {};
    for (uint32_t i = 0; i < count; i++) {
      uint32_t digit = weights[i] ? rest / weights[i] : 0;
      rest -= digit * weights[i];
      uint32_t number = 0;
      do {
        number++;
        while (number < 7 && is_used[number]) number++;
        if (number >= 7) fail("%s: compact encoding %#x", image_.path(), encoding);
      } while (digit-- != 0);
      is_used[number] = true;
      put_offset(out, kSaved[number], count - i + 1);
    }
  }
#endif

  // ---- __eh_frame

  Cursor frame_cursor(size_t offset) const { return {image_.path(), "__eh_frame", eh_frame_, offset}; }

  void translate_all_dwarf() {
    for (size_t at = 0; at + 4 <= eh_frame_.size();) {
      Cursor cursor = frame_cursor(at);
      const auto length = cursor.read<uint32_t>();
      if (length == 0) return;
      if (cursor.read<uint32_t>() != 0) translate_dwarf(static_cast<uint32_t>(at), nullptr);
      at += 4 + length;
    }
  }

  Word read_pointer(Cursor& cursor, uint8_t encoding) const {
    const Word place = eh_frame_address_ + cursor.offset();
    Word value;
    switch (encoding & 0x0f) {
      case 0x00:
        value = cursor.read<Word>();
        break;
      case 0x03:
        value = cursor.read<uint32_t>();
        break;
      case 0x0b:
        value = static_cast<Word>(static_cast<intptr_t>(cursor.read<int32_t>()));
        break;
      case 0x04:
      case 0x0c:
        value = static_cast<Word>(cursor.read<uint64_t>());
        break;
      default:
        fail("%s: __eh_frame has pointers of encoding %#x", image_.path(), encoding);
    }
    if (value == 0) return 0;
    if ((encoding & 0x70) == 0x10) value += place;
    if (encoding & 0x80) value = xld::load<Word>(reinterpret_cast<const uint8_t*>(value));
    return value;
  }

  struct Cie {
    CommonPart common;
    uint8_t pointer_encoding = 0, lsda_encoding = 0xff;
    bool has_data = false;
    Word personality = 0;
  };

  Cie read_cie(size_t at) const {
    Cursor cursor = frame_cursor(at);
    const size_t end = at + 4 + cursor.read<uint32_t>();
    if (cursor.read<uint32_t>() != 0) fail("%s: __eh_frame: no CIE at %#zx", image_.path(), at);
    Cie cie;
    const uint8_t version = cursor.byte();
    std::string_view augmentation = cursor.string();
    cie.common.code_alignment = cursor.uleb();
    cie.common.data_alignment = cursor.sleb();
    cie.common.return_register = version == 1 ? cursor.byte() : cursor.uleb();
    if (augmentation.starts_with("z")) {
      cie.has_data = true;
      const size_t data_end = cursor.uleb() + cursor.offset();
      for (const char c : augmentation.substr(1)) read_augmentation(cursor, c, cie);
      cursor = frame_cursor(data_end);
    }
    if (end < cursor.offset()) fail("%s: __eh_frame: the CIE at %#zx is cut off", image_.path(), at);
    cie.common.instructions = cursor.bytes(end - cursor.offset());
    return cie;
  }

  void read_augmentation(Cursor& cursor, char letter, Cie& cie) const {
    switch (letter) {
      case 'P': {
        const uint8_t encoding = cursor.byte();
        cie.personality = read_pointer(cursor, encoding);
        return;
      }
      case 'L':
        cie.lsda_encoding = cursor.byte();
        return;
      case 'R':
        cie.pointer_encoding = cursor.byte();
        return;
      case 'S':
      case 'B':
        return;
      default:
        fail("%s: __eh_frame: augmentation '%c'", image_.path(), letter);
    }
  }

  // `expected`: what __unwind_info says of the same function.
  void translate_dwarf(uint32_t at, const Function* expected) {
    Cursor cursor = frame_cursor(at);
    const size_t end = at + 4 + size_t{cursor.read<uint32_t>()};
    const size_t id_at = cursor.offset();
    const auto distance = cursor.read<uint32_t>();
    if (distance == 0 || distance > id_at) fail("%s: __eh_frame: no FDE at %#x", image_.path(), at);
    const Cie cie = read_cie(id_at - distance);
    Function function{};
    function.start = read_pointer(cursor, cie.pointer_encoding);
    function.size = read_pointer(cursor, cie.pointer_encoding & 0x0f);
    function.personality = cie.personality;
    if (cie.has_data) {
      const size_t data_end = cursor.uleb() + cursor.offset();
      if (cie.lsda_encoding != 0xff) function.lsda = read_pointer(cursor, cie.lsda_encoding);
      cursor = frame_cursor(data_end);
    }
    if (expected && expected->start != function.start) {
      fail("%s: __unwind_info sends function %#zx to the FDE of %#zx", image_.path(), size_t{expected->start},
           size_t{function.start});
    }
    if (end < cursor.offset()) fail("%s: __eh_frame: the FDE at %#x is cut off", image_.path(), at);
    const Bytes instructions = cursor.bytes(end - cursor.offset());
    put_fde(cie.common, function, renumber(instructions));
  }

  // Darwin's i386 numbers esp and ebp the other way round in __eh_frame.
  std::vector<uint8_t> renumber(Bytes instructions) const {
    std::vector<uint8_t> result(instructions.begin(), instructions.end());
#if defined(__i386__)
    renumber_i386(result);
#endif
    return result;
  }

#if defined(__i386__)
  void renumber_i386(std::vector<uint8_t>& code) const {
    const auto swapped = [](uint8_t r) { return static_cast<uint8_t>(r == 4 ? 5 : r == 5 ? 4 : r); };
    // Operands by opcode: r register, u number, e expression, 1 2 4 bytes, w an address.
    static constexpr const char* kOperands[] = {"",   "w", "1", "2", "4",  "ru", "r",  "r", "r",  "rr", "",  "",
                                                "ru", "r", "u", "e", "re", "ru", "ru", "u", "ru", "ru", "re"};
    Cursor cursor(image_.path(), "call frame instructions", code, 0);
    while (!cursor.at_end()) {
      const size_t at = cursor.offset();
      const uint8_t opcode = cursor.byte();
      if ((opcode & 0xc0) == 0x80 || (opcode & 0xc0) == 0xc0) {
        code[at] = static_cast<uint8_t>((opcode & 0xc0) | swapped(opcode & 0x3f));
        if ((opcode & 0xc0) == 0x80) cursor.uleb();
        continue;
      }
      if ((opcode & 0xc0) == 0x40) continue;
      const char* operands = opcode < std::size(kOperands) ? kOperands[opcode] : opcode == 0x2e ? "u" : nullptr;
      if (!operands) fail("%s: call frame instruction %#x", image_.path(), opcode);
      for (; *operands; operands++) {
        switch (*operands) {
          case 'r':
            code[cursor.offset()] = swapped(code[cursor.offset()]), cursor.uleb();
            break;
          case 'u':
            cursor.uleb();
            break;
          case 'e':
            cursor.bytes(cursor.uleb());
            break;
          case 'w':
            cursor.bytes(kWordSize);
            break;
          default:
            cursor.bytes(static_cast<uint64_t>(*operands - '0'));
            break;
        }
      }
    }
  }
#endif

  // ---- output

  size_t put_cie(const CommonPart& common, Word personality) {
    const auto key =
        std::make_tuple(common.instructions.data(), common.code_alignment, common.data_alignment, personality);
    const auto [found, is_new] = cies_.try_emplace(key, frames_.size());
    if (!is_new) return found->second;
    const size_t at = frames_.begin_record();
    frames_.put<uint32_t>(0);
    frames_.put<uint8_t>(1);
    frames_.put_bytes(xld::as_bytes(std::string_view(personality ? "zPLR" : "zR", personality ? 5 : 3)));
    frames_.put_uleb(common.code_alignment);
    frames_.put_sleb(common.data_alignment);
    frames_.put<uint8_t>(static_cast<uint8_t>(common.return_register));
    frames_.put_uleb(personality ? 3 + kWordSize : 1);
    if (personality) {
      frames_.put<uint8_t>(0);
      frames_.put<Word>(personality);
      frames_.put<uint8_t>(0);
    }
    frames_.put<uint8_t>(0);
    frames_.put_bytes(renumber(common.instructions));
    frames_.end_record(at);
    return at;
  }

  void put_fde(const CommonPart& common, const Function& function, Bytes instructions) {
    const size_t cie = put_cie(common, function.personality);
    const size_t at = frames_.begin_record();
    frames_.put<uint32_t>(static_cast<uint32_t>(frames_.size() - cie));
    frames_.put<Word>(function.start);
    frames_.put<Word>(function.size);
    frames_.put_uleb(function.personality ? kWordSize : 0);
    if (function.personality) frames_.put<Word>(function.lsda);
    frames_.put_bytes(instructions);
    frames_.end_record(at);
  }

  const Image& image_;
  Bytes info_, eh_frame_;
  Word eh_frame_address_ = 0;
  std::map<uint32_t, uint32_t> lsdas_;  // of one page: function to LSDA
  std::map<std::tuple<const uint8_t*, uint64_t, int64_t, Word>, size_t> cies_;
  Frames frames_;
};

}  // namespace

void register_unwind_info(const Image& image) {
  Translator(image).translate();
}

}  // namespace macho_run
