// See segment.h.
#include "tlsrewrite/segment.h"

#include "arch/x86.h"

namespace xld {

bool use_gs(x86::InstructionFinder& finder, uint64_t field, MutableBytes out, uint64_t begin) {
  const auto found = finder.find(field);
  if (!found) return false;
  if (found->instruction.segment_prefix != x86::kFsPrefix) return true;
  const uint64_t prefix = found->start + found->instruction.segment;
  const bool is_displacement = found->start + found->instruction.displacement == field;
  if (is_displacement && found->instruction.has_memory && prefix >= begin && prefix - begin < out.size())
    out[prefix - begin] = x86::kGsPrefix;
  return true;
}

namespace {

// mov %fs:0, reg.
bool is_thread_pointer_load(Bytes code, const x86::Instruction& instruction) {
  const bool is_load = instruction.map == 0 && instruction.opcode == x86::kMove && instruction.has_wide_operand;
  const bool is_absolute = instruction.has_memory && !instruction.has_base && !instruction.has_index &&
                           !instruction.is_relative && instruction.displacement_size == 4;
  return is_load && is_absolute && instruction.segment_prefix == x86::kFsPrefix &&
         load<uint32_t>(code.data() + instruction.displacement) == 0;
}

// Wherever an instruction may begin.
bool may_load_thread_pointer(Bytes code) {
  for (size_t at = 0; at < code.size(); at++) {
    if (code[at] != x86::kFsPrefix) continue;
    const auto instruction = x86::decode_instruction(code.subspan(at), x86::Mode::Bits64);
    if (instruction && is_thread_pointer_load(code.subspan(at), *instruction)) return true;
  }
  return false;
}

}  // namespace

std::optional<uint64_t> use_gs_for_thread_pointer(MutableBytes code, std::span<const uint32_t> starts) {
  std::optional<uint64_t> unclear;
  const auto visit = [&](uint64_t start, const x86::Instruction& instruction) {
    if (is_thread_pointer_load(code.subspan(start), instruction)) code[start + instruction.segment] = x86::kGsPrefix;
  };
  const auto skip = [&](uint64_t begin, uint64_t end) {
    if (!unclear && may_load_thread_pointer(code.subspan(begin, end - begin))) unclear = begin;
  };
  x86::walk_instructions(code, x86::Mode::Bits64, starts, visit, skip);
  return unclear;
}

}  // namespace xld
