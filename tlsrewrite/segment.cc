// See segment.h.
#include "tlsrewrite/segment.h"

#include "arch/x86.h"

namespace xld {

void use_gs(x86::InstructionFinder& finder, uint64_t field, MutableBytes out, uint64_t begin) {
  const auto found = finder.find(field);
  if (!found || found->instruction.segment_prefix != x86::kFsPrefix) return;
  const uint64_t prefix = found->start + found->instruction.segment;
  const bool is_displacement = found->start + found->instruction.displacement == field;
  if (is_displacement && found->instruction.has_memory && prefix >= begin && prefix - begin < out.size())
    out[prefix - begin] = x86::kGsPrefix;
}

void use_gs_for_thread_pointer(MutableBytes code, std::span<const uint32_t> starts) {
  const auto visit = [&](uint64_t start, const x86::Instruction& instruction) {
    const bool is_load = instruction.map == 0 && instruction.opcode == x86::kMove && instruction.has_wide_operand;
    const bool is_absolute = instruction.has_memory && !instruction.has_base && !instruction.has_index &&
                             !instruction.is_relative && instruction.displacement_size == 4;
    if (!is_load || !is_absolute || instruction.segment_prefix != x86::kFsPrefix) return;
    if (load<uint32_t>(code.data() + start + instruction.displacement) == 0)
      code[start + instruction.segment] = x86::kGsPrefix;
  };
  x86::walk_instructions(code, x86::Mode::Bits64, starts, visit, [](uint64_t, uint64_t) {});
}

}  // namespace xld
