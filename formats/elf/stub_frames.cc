// See stub_frames.h.
#include "formats/elf/stub_frames.h"

#include <bit>

#include "formats/elf/slot_chunks.h"
#include "formats/elf/state.h"

namespace xld::elf {

namespace {

// DW_CFA_..., DW_OP_...
enum Instruction : uint8_t {
  kNop = 0x00,
  kDefineCfa = 0x0c,
  kDefineCfaOffset = 0x0e,
  kDefineCfaExpression = 0x0f,
  kAdvance = 0x40,
  kOffset = 0x80,
};
enum Operation : uint8_t {
  kAnd = 0x1a,
  kPlus = 0x22,
  kShiftLeft = 0x24,
  kAtLeast = 0x2a,
  kLiteral = 0x30,
  kBase = 0x70
};

// Length, distance to the common record, start and size of the code, no augmentation.
constexpr uint32_t kEntryHead = 17;

struct Registers {
  Cpu cpu;
  uint8_t stack_pointer, program_counter;
};
constexpr Registers kRegisters[] = {{Cpu::X86_64, 7, 16}, {Cpu::I386, 4, 8}};

const Registers* find_registers(Cpu cpu) {
  for (const Registers& row : kRegisters)
    if (row.cpu == cpu) return &row;
  return nullptr;
}

// Offsets in code behind which the stack holds a word more each.
using Pushes = std::vector<uint8_t>;

Pushes guarded_pushes(const Arch& arch, uint8_t begin) {
  Pushes pushes;
  for (const uint8_t push : arch.guarded_pushes)
    if (push != 0) pushes.push_back(static_cast<uint8_t>(begin + push));
  return pushes;
}

Pushes stub_pushes(const Arch& arch, StubForm form) {
  if (form == StubForm::Guarded) return guarded_pushes(arch, 0);
  if (form == StubForm::Binding) return {static_cast<uint8_t>(arch.jump_size + arch.binding_push)};
  return {};
}

Pushes header_pushes(const Arch& arch, StubForm form) {
  Pushes pushes = form == StubForm::Guarded ? guarded_pushes(arch, arch.lazy_header_push) : Pushes();
  pushes.insert(pushes.begin(), arch.lazy_header_push);
  return pushes;
}

void append(std::string& text, std::initializer_list<uint8_t> bytes) {
  text.append(bytes.begin(), bytes.end());
}

class InstructionWriter {
 public:
  InstructionWriter(const Registers& registers, uint8_t word_size) : registers_(registers), word_size_(word_size) {}

  // Code that is entered with `words` on the stack, and run once through.
  void describe_once(uint8_t words, const Pushes& pushes) {
    uint8_t place = 0;
    put({kDefineCfaOffset, static_cast<uint8_t>(words * word_size_)});
    for (const uint8_t push : pushes) {
      put({static_cast<uint8_t>(kAdvance + (push - place)), kDefineCfaOffset,
           static_cast<uint8_t>(++words * word_size_)});
      place = push;
    }
    place_ = place;
  }

  void advance_to(uint64_t place) { put({static_cast<uint8_t>(kAdvance + (place - place_))}); }

  // Pieces of code of the same size, a power of two, at multiples of it, each entered with the return address on the
  // stack: what is there follows from where in its piece the program counter is.
  void describe_repeated(uint32_t size, const Pushes& pushes) {
    if (pushes.empty()) return;
    std::string expression;
    append(expression, {base(registers_.stack_pointer), word_size_});
    for (const uint8_t push : pushes) {
      append(expression, {base(registers_.program_counter), 0, literal(size - 1), kAnd});
      append(expression, {literal(push), kAtLeast});  // 1 if so
      append(expression, {literal(static_cast<uint32_t>(std::countr_zero(word_size_))), kShiftLeft, kPlus});
    }
    put({kDefineCfaExpression, static_cast<uint8_t>(expression.size())});
    text_ += expression;
  }

  std::string take() { return std::move(text_); }

 private:
  static uint8_t base(uint8_t number) { return static_cast<uint8_t>(kBase + number); }
  static uint8_t literal(uint32_t value) { return static_cast<uint8_t>(kLiteral + value); }
  void put(std::initializer_list<uint8_t> bytes) { append(text_, bytes); }

  const Registers& registers_;
  const uint8_t word_size_;
  uint64_t place_ = 0;
  std::string text_;
};

// As compilers begin theirs: the caller's frame is above the return address.
std::string common_record_of(const Registers& registers, uint8_t word_size) {
  constexpr uint8_t kSize = 24, kVersion = 1, kPointers = eh_pointer::kRelativeToPlace | eh_pointer::kSigned4;
  const auto data_alignment = static_cast<uint8_t>(0x80 - word_size);  // -word_size as a signed LEB128 number
  std::string record;
  append(record, {kSize - 4, 0, 0, 0});
  append(record, {0, 0, 0, 0});  // it is a common record
  append(record, {kVersion, 'z', 'R', 0});
  append(record, {1, data_alignment, registers.program_counter});
  append(record, {1, kPointers});  // what augments it: a byte for R
  append(record, {kDefineCfa, registers.stack_pointer, word_size});
  append(record, {static_cast<uint8_t>(kOffset + registers.program_counter), 1});
  record.resize(kSize, kNop);
  return record;
}

}  // namespace

StubFrames::StubFrames(const Link& link) : word_size_(link.target().word_size) {
  const Registers* registers = find_registers(link.target().cpu);
  if (!registers || !link.options().describes_stubs) return;
  const ElfState& state = state_of(link);
  const Arch& arch = *link.arch;
  if (state.lazy_stubs) {
    InstructionWriter writer(*registers, word_size_);
    writer.describe_once(2, header_pushes(arch, state.stub_form));  // the entry has pushed its number
    if (state.lazy_stubs->entry_offset(0) != state.lazy_stubs->size()) {
      writer.advance_to(state.lazy_stubs->entry_offset(0));
      writer.describe_repeated(arch.lazy_entry_size, {arch.lazy_entry_push});
    }
    parts_.push_back({state.lazy_stubs, writer.take()});
  }
  if (state.stubs) {
    InstructionWriter writer(*registers, word_size_);
    writer.describe_repeated(link.slots.stub_size, stub_pushes(arch, state.stub_form));
    parts_.push_back({state.stubs, writer.take()});
  }
  if (!parts_.empty()) common_ = common_record_of(*registers, word_size_);
}

uint64_t StubFrames::entry_size(const Part& part) const {
  return align_up(kEntryHead + part.instructions.size(), word_size_);
}

uint64_t StubFrames::entries_size() const {
  uint64_t size = 0;
  for (const Part& part : parts_) size += entry_size(part);
  return size;
}

void StubFrames::write_entries(MutableBytes out, uint64_t address, uint64_t common_address,
                               std::span<EhFrameHeaderEntry> table) const {
  for (size_t i = 0; i < parts_.size(); i++) {
    const Part& part = parts_[i];
    const uint64_t size = entry_size(part), code = part.code->address;
    store(out.data(), static_cast<uint32_t>(size - 4));
    store(out.data() + 4, static_cast<uint32_t>(address + 4 - common_address));
    store(out.data() + 8, static_cast<uint32_t>(code - (address + 8)));
    store(out.data() + 12, static_cast<uint32_t>(part.code->size()));
    std::copy(part.instructions.begin(), part.instructions.end(), out.begin() + kEntryHead);
    table[i] = {code, address};
    out = out.subspan(size);
    address += size;
  }
}

}  // namespace xld::elf
