// See fixups.h. <mach-o/loader.h>, "dyld_info_command", REBASE_OPCODE_*.
#include "formats/macho/fixups.h"

#include <algorithm>

#include "formats/macho/load_commands.h"
#include "formats/macho/macho.h"
#include "formats/slot_values.h"

namespace xld::macho {

namespace {

constexpr uint64_t kLongestOpcode = 1 + 5;  // an offset of up to 2^35 bytes

class OpcodeWriter {
 public:
  explicit OpcodeWriter(MutableBytes out) : place_(out.data()) {}

  void add(uint32_t opcode) { *place_++ = static_cast<uint8_t>(opcode); }
  void add(uint32_t opcode, uint64_t operand) {
    add(opcode);
    for (; operand >= 0x80; operand >>= 7) *place_++ = static_cast<uint8_t>(operand | 0x80);
    *place_++ = static_cast<uint8_t>(operand);
  }

 private:
  uint8_t* place_;
};

std::vector<uint64_t> rebased_addresses(const Link& link) {
  std::vector<uint64_t> addresses;
  addresses.reserve(link.fixups.size());
  for (const LoadFixup& fixup : link.fixups) addresses.push_back(fixup.address);
  for (const Slot* slot : moving_slots(link)) addresses.push_back(link.slots.word_address(slot->word));
  std::sort(addresses.begin(), addresses.end());
  return addresses;
}

}  // namespace

uint64_t RebaseChunk::size() const {
  uint64_t count = moving_slots(link_).size();
  for (uint32_t i = 0; i < link_.fixup_counts.size(); i++)
    if (link_.is_live[i]) count += link_.fixup_counts[i].all;
  if (count == 0) return 0;
  return align_up(2 + (count + link_.layout.segments.size()) * kLongestOpcode, alignment);
}

void RebaseChunk::write(MutableBytes out) const {
  const std::vector<uint64_t> addresses = rebased_addresses(link_);
  OpcodeWriter writer(out);
  writer.add(REBASE_OPCODE_SET_TYPE_IMM | REBASE_TYPE_POINTER);
  uint32_t number = first_segment_number(link_);
  size_t next = 0;
  for (const Segment& segment : link_.layout.segments) {
    const uint64_t end = segment.address + segment.memory_size;
    if (next < addresses.size() && addresses[next] < end)
      writer.add(REBASE_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB | number, addresses[next] - segment.address);
    for (; next < addresses.size() && addresses[next] < end; next++) {
      const bool is_last = next + 1 == addresses.size() || addresses[next + 1] >= end;
      if (is_last) {
        writer.add(REBASE_OPCODE_DO_REBASE_IMM_TIMES | 1);
      } else {
        writer.add(REBASE_OPCODE_DO_REBASE_ADD_ADDR_ULEB,
                   addresses[next + 1] - addresses[next] - link_.arch->word_size);
      }
    }
    number++;
  }
}

}  // namespace xld::macho
