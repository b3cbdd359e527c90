// See slot_note.h.
#include "tlsrewrite/slot_note.h"

#include <algorithm>
#include <fmt/core.h>

namespace xld {

namespace {

constexpr uint64_t kHeaderSize = 12;

Result<SlotRequest> read_descriptor(Bytes descriptor, uint64_t offset) {
  const auto index = read<uint32_t>(descriptor, 0);
  const auto name = c_string_at(descriptor, 4);
  if (!index || !name || name->empty())
    return Error{fmt::format("note at offset {:#x} is to name a runtime slot, but is not a number and a name", offset)};
  return SlotRequest{*name, *index};
}

}  // namespace

Result<std::vector<SlotRequest>> read_slot_notes(Bytes section) {
  std::vector<SlotRequest> requests;
  for (uint64_t offset = 0; offset < section.size();) {
    const auto name_size = read<uint32_t>(section, offset);
    const auto size = read<uint32_t>(section, offset + 4);
    const auto type = read<uint32_t>(section, offset + 8);
    if (!name_size || !size || !type) return Error{fmt::format("note at offset {:#x} is cut off", offset)};
    const uint64_t start = offset + kHeaderSize + align_up(*name_size, 4);
    const auto owner = c_string_at(section, offset + kHeaderSize);
    const auto descriptor = slice(section, start, *size);
    if (!owner || owner->size() >= *name_size || !descriptor)
      return Error{fmt::format("note at offset {:#x} extends past the end of the section", offset)};
    if (*owner == kNoteOwner && *type == kSlotNoteType) {
      auto request = read_descriptor(*descriptor, offset);
      if (!request) return request.error();
      requests.push_back(*request);
    }
    offset = start + align_up(*size, 4);
  }
  return requests;
}

std::vector<uint8_t> make_slot_note(const SlotRequest& request) {
  const auto name_size = static_cast<uint32_t>(kNoteOwner.size() + 1);
  const auto size = static_cast<uint32_t>(sizeof request.index + request.name.size() + 1);
  std::vector<uint8_t> bytes(kHeaderSize + align_up(name_size, 4) + align_up(size, 4));
  store(bytes.data(), name_size);
  store(bytes.data() + 4, size);
  store(bytes.data() + 8, kSlotNoteType);
  std::ranges::copy(kNoteOwner, bytes.begin() + kHeaderSize);
  uint8_t* descriptor = bytes.data() + kHeaderSize + align_up(name_size, 4);
  store(descriptor, request.index);
  std::ranges::copy(request.name, descriptor + sizeof request.index);
  return bytes;
}

std::optional<Error> take_slot_notes(Bytes section, Arena& arena, InputFile& file) {
  const auto requests = read_slot_notes(section);
  if (!requests) return requests.error();
  const std::span<SlotRequest> all = arena.allocate_array<SlotRequest>(file.slot_requests.size() + requests->size());
  const auto end = std::ranges::copy(file.slot_requests, all.begin()).out;
  std::ranges::copy(*requests, end);
  file.slot_requests = all;
  return std::nullopt;
}

}  // namespace xld
