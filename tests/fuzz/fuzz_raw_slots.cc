// Code without relocations: finding accesses to runtime slots, and rewriting them. The first byte chooses the mode and
// whether the rest has a second known start. Nothing but prefixes and displacements may change.
#include <cstdlib>

#include "arch/x86_decode.h"
#include "tlsrewrite/raw_slots.h"
#include "tlsrewrite/slot_access.h"

using namespace xld;

namespace {

bool is_same_but_for_place(const x86::Instruction& before, const x86::Instruction& after) {
  return before.size == after.size && before.map == after.map && before.opcode == after.opcode &&
         before.modrm == after.modrm && before.displacement == after.displacement &&
         before.immediate == after.immediate && before.segment == after.segment;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const x86::Mode mode = data[0] & 1 ? x86::Mode::Bits64 : x86::Mode::Bits32;
  const Bytes code(data + 1, size - 1);
  const uint32_t start = data[0] >> 1;
  const std::span<const uint32_t> starts(&start, start < code.size() ? 1 : 0);
  std::vector<uint8_t> out(code.begin(), code.end());
  x86::InstructionFinder finder(code, mode, starts);
  const SlotPlace slot = {.displacement = 0x468, .size = 8, .segment_prefix = x86::kGsPrefix};
  for (const RawSlotAccess& access : find_raw_slots(code, mode, starts, {})) {
    if (!access.problem.empty()) continue;
    const Field field = access.field_size == 8 ? Field::Word64 : access.field_size == 4 ? Field::Word32 : Field::Word16;
    const auto change =
        rewrite_slot_field(finder, {.offset = access.field, .field = field, .addend = access.offset}, slot, out, 0);
    if (!change) continue;
    const auto before = x86::decode_instruction(code.subspan(change->start), mode);
    const auto after = x86::decode_instruction(Bytes(out).subspan(change->start), mode);
    if (!before || !after || !is_same_but_for_place(*before, *after)) std::abort();
  }
  return 0;
}
