// Streams of random instructions with accesses to slots among them: after rewriting, Zydis finds the same instructions
// with the same operands, but for the segment and displacement of those accesses.
#include <Zydis/Zydis.h>
#include <gtest/gtest.h>
#include <random>

#include "arch/field.h"
#include "tests/unit/arch/hex.h"
#include "tlsrewrite/raw_slots.h"
#include "tlsrewrite/slot_access.h"

namespace xld {
namespace {

using test::to_hex;
using x86::Mode;

struct Stream {
  std::vector<uint8_t> code;
  std::vector<uint32_t> fields;  // of the accesses
};

struct Disassembled {
  ZydisDecodedInstruction instruction;
  ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
};

class Disassembler {
 public:
  explicit Disassembler(Mode mode) {
    const bool is_64 = mode == Mode::Bits64;
    ZydisDecoderInit(&decoder_, is_64 ? ZYDIS_MACHINE_MODE_LONG_64 : ZYDIS_MACHINE_MODE_LEGACY_32,
                     is_64 ? ZYDIS_STACK_WIDTH_64 : ZYDIS_STACK_WIDTH_32);
  }

  std::optional<Disassembled> decode(Bytes code) const {
    Disassembled result;
    if (!ZYAN_SUCCESS(
            ZydisDecoderDecodeFull(&decoder_, code.data(), code.size(), &result.instruction, result.operands)))
      return std::nullopt;
    return result;
  }

 private:
  ZydisDecoder decoder_;
};

class Generator {
 public:
  Generator(Mode mode, uint32_t seed) : mode_(mode), random_(seed), disassembler_(mode) {}

  Stream make(size_t count) {
    Stream stream;
    for (size_t i = 0; i < count; i++) random_() % 4 == 0 ? add_access(stream) : add_other(stream);
    return stream;
  }

 private:
  uint8_t byte() { return static_cast<uint8_t>(random_()); }

  // Any instruction without those two prefixes.
  void add_other(Stream& stream) {
    for (;;) {
      std::vector<uint8_t> bytes(15);
      for (uint8_t& b : bytes) b = byte();
      const auto decoded = disassembler_.decode(bytes);
      const auto ours = x86::decode_instruction(bytes, mode_);
      if (!decoded || !ours || ours->size != decoded->instruction.length || ours->segment_prefix != 0) continue;
      stream.code.insert(stream.code.end(), bytes.begin(), bytes.begin() + ours->size);
      return;
    }
  }

  // A memory operand without registers, at 0: the first slot, or in raw code.
  void add_access(Stream& stream) {
    struct Form {
      std::vector<uint8_t> opcode;
      int digit;  // of the ModRM byte, or -1: a register
      uint8_t immediate;
    };
    static const Form kForms[] = {{{0x8b}, -1, 0}, {{0x89}, -1, 0},     {{0x03}, -1, 0},       {{0x39}, -1, 0},
                                  {{0x85}, -1, 0}, {{0x87}, -1, 0},     {{0x88}, -1, 0},       {{0x0f, 0xb6}, -1, 0},
                                  {{0xc7}, 0, 4},  {{0x83}, 7, 1},      {{0xc6}, 0, 1},        {{0x0f, 0xaf}, -1, 0},
                                  {{0xff}, 6, 0},  {{0xff}, 4, 0},      {{0x0f, 0x44}, -1, 0}, {{0xf7}, 3, 0},
                                  {{0x6b}, -1, 1}, {{0x0f, 0xba}, 5, 1}};
    const Form& form = kForms[random_() % std::size(kForms)];
    auto& code = stream.code;
    if (random_() % 8 == 0 && mode_ == Mode::Bits64) code.push_back(0x2e);  // no segment there
    code.push_back(random_() % 2 || mode_ == Mode::Bits32 ? x86::kGsPrefix : x86::kFsPrefix);
    if (mode_ == Mode::Bits64 && random_() % 2) code.push_back(0x40 | (byte() & 0xd));  // no index
    code.insert(code.end(), form.opcode.begin(), form.opcode.end());
    const auto digit = static_cast<uint8_t>(form.digit >= 0 ? form.digit : random_() % 8);
    code.push_back(static_cast<uint8_t>(digit << 3 | (mode_ == Mode::Bits64 ? 4 : 5)));
    if (mode_ == Mode::Bits64) code.push_back(0x25);
    stream.fields.push_back(static_cast<uint32_t>(code.size()));
    code.insert(code.end(), 4, 0);
    for (int i = 0; i < form.immediate; i++) code.push_back(byte());
  }

  Mode mode_;
  std::mt19937 random_;
  Disassembler disassembler_;
};

class Comparison {
 public:
  Comparison(Mode mode, const SlotPlace& slot) : disassembler_(mode), slot_(slot) {}

  void expect_only_accesses_changed(const Stream& before, Bytes after) const {
    size_t next = 0;
    for (size_t at = 0; at < before.code.size();) {
      const auto old = disassembler_.decode(Bytes(before.code).subspan(at));
      const auto fresh = disassembler_.decode(after.subspan(at));
      ASSERT_TRUE(old && fresh) << "at " << at;
      ASSERT_EQ(fresh->instruction.length, old->instruction.length);
      const bool is_access = next < before.fields.size() && before.fields[next] < at + old->instruction.length;
      if (is_access) {
        expect_moved(*old, *fresh);
        next++;
      } else {
        const Bytes bytes = Bytes(before.code).subspan(at, old->instruction.length);
        ASSERT_EQ(to_hex(bytes), to_hex(after.subspan(at, old->instruction.length)));
      }
      at += old->instruction.length;
    }
    EXPECT_EQ(next, before.fields.size());
  }

 private:
  void expect_moved(const Disassembled& old, const Disassembled& fresh) const {
    ASSERT_EQ(old.instruction.mnemonic, fresh.instruction.mnemonic);
    ASSERT_EQ(old.instruction.operand_count, fresh.instruction.operand_count);
    const ZydisRegister segment = slot_.segment_prefix == x86::kFsPrefix ? ZYDIS_REGISTER_FS : ZYDIS_REGISTER_GS;
    for (int i = 0; i < old.instruction.operand_count; i++) {
      const ZydisDecodedOperand &a = old.operands[i], &b = fresh.operands[i];
      ASSERT_EQ(a.type, b.type);
      ASSERT_EQ(a.size, b.size);
      if (a.type == ZYDIS_OPERAND_TYPE_REGISTER) {
        ASSERT_EQ(a.reg.value, b.reg.value);
      } else if (a.type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
        ASSERT_EQ(a.imm.value.u, b.imm.value.u);
      } else if (a.type == ZYDIS_OPERAND_TYPE_MEMORY && a.visibility == ZYDIS_OPERAND_VISIBILITY_EXPLICIT) {
        ASSERT_EQ(a.mem.base, b.mem.base);
        ASSERT_EQ(a.mem.index, b.mem.index);
        EXPECT_EQ(b.mem.segment, segment);
        EXPECT_EQ(static_cast<int32_t>(b.mem.disp.value), slot_.displacement);
      }
    }
  }

  Disassembler disassembler_;
  SlotPlace slot_;
};

constexpr SlotPlace kPlaces64[] = {{.displacement = -16, .size = 8, .segment_prefix = x86::kFsPrefix},
                                   {.displacement = 0x8a0, .size = 8, .segment_prefix = x86::kGsPrefix}};
constexpr SlotPlace kPlaces32[] = {{.displacement = -8, .size = 4, .segment_prefix = x86::kGsPrefix},
                                   {.displacement = 0x468, .size = 4, .segment_prefix = x86::kGsPrefix}};

template <class Check>
void for_each_stream(Check check) {
  for (uint32_t seed = 0; seed < 40; seed++) {
    for (const Mode mode : {Mode::Bits64, Mode::Bits32}) {
      const Stream stream = Generator(mode, seed).make(300);
      for (const SlotPlace& place : mode == Mode::Bits64 ? kPlaces64 : kPlaces32) check(mode, stream, place);
    }
  }
}

void rewrite(x86::InstructionFinder& finder, uint32_t field, const SlotPlace& place, std::vector<uint8_t>& out) {
  const auto change = rewrite_slot_field(finder, {.offset = field, .field = Field::Word32}, place, out, 0);
  ASSERT_TRUE(change) << change.error().message;
}

TEST(SlotStream, NamedAccessesAndNothingElseChange) {
  for_each_stream([](Mode mode, const Stream& stream, const SlotPlace& place) {
    std::vector<uint8_t> out = stream.code;
    x86::InstructionFinder finder(stream.code, mode);
    for (const uint32_t field : stream.fields) rewrite(finder, field, place, out);
    Comparison(mode, place).expect_only_accesses_changed(stream, out);
  });
}

TEST(SlotStream, RawAccessesAreAllFoundAndNothingElseChanges) {
  for_each_stream([](Mode mode, const Stream& stream, const SlotPlace& place) {
    std::vector<uint8_t> out = stream.code;
    std::vector<uint32_t> fields;
    x86::InstructionFinder finder(stream.code, mode);
    for (const RawSlotAccess& access : find_raw_slots(stream.code, mode, {}, {})) {
      ASSERT_EQ(access.problem, "");
      ASSERT_EQ(access.index, 0);
      fields.push_back(access.field);
      rewrite(finder, access.field, place, out);
    }
    EXPECT_EQ(fields, stream.fields);
    Comparison(mode, place).expect_only_accesses_changed(stream, out);
  });
}

}  // namespace
}  // namespace xld
