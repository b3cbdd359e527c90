// See compact_relocs.h.
#include "formats/elf/compact_relocs.h"

#include <fmt/core.h>

#include "formats/dwarf_reader.h"

namespace xld::elf {

namespace {

// The header: the number of records, and below it whether they have addends and what offsets are shifted by.
constexpr uint64_t kCountFactor = 8, kHasAddends = 4, kShiftMask = 3;
// The first byte of a record: what of it changes, then the lowest bits of the distance to the next offset.
constexpr uint8_t kNewSymbol = 1, kNewType = 2, kNewAddend = 4, kMore = 0x80;

template <class E>
struct State {
  uint64_t offset = 0, symbol = 0, type = 0, addend = 0;

  void advance(DwarfReader& reader, bool has_addends) {
    const auto first = reader.take<uint8_t>();
    const uint32_t flag_bits = has_addends ? 3 : 2;
    offset += (first & (kMore - 1)) >> flag_bits;
    if (first & kMore) offset += reader.take_uleb() << (7 - flag_bits);
    if (first & kNewSymbol) symbol += static_cast<uint64_t>(reader.take_sleb());
    if (first & kNewType) type += static_cast<uint64_t>(reader.take_sleb());
    if (has_addends && (first & kNewAddend)) addend += static_cast<uint64_t>(reader.take_sleb());
  }

  template <class Record>
  void store_at(uint8_t* place, uint32_t shift) const {
    Record record{};
    record.offset = static_cast<typename E::Word>(offset << shift);
    record.info = E::reloc_info(static_cast<uint32_t>(symbol), static_cast<uint32_t>(type));
    if constexpr (requires { record.addend; }) record.addend = static_cast<typename E::SignedWord>(addend);
    store(place, record);
  }
};

template <class E, class Record>
bool expand(DwarfReader& reader, uint64_t header, std::span<uint8_t> out) {
  State<E> state;
  for (size_t at = 0; at < out.size() && !reader.failed(); at += sizeof(Record)) {
    state.advance(reader, (header & kHasAddends) != 0);
    state.template store_at<Record>(out.data() + at, header & kShiftMask);
  }
  return !reader.failed();
}

}  // namespace

template <class E>
Result<RelocRecords> expand_compact_relocs(Bytes contents, Arena& arena) {
  DwarfReader reader(contents);
  const uint64_t header = reader.take_uleb();
  const uint64_t count = header / kCountFactor;
  // No record takes less than a byte.
  if (reader.failed() || count > contents.size())
    return Error{fmt::format("promises {} relocations, but has {:#x} bytes", count, contents.size())};
  const bool has_addends = (header & kHasAddends) != 0;
  const size_t record_size = has_addends ? sizeof(typename E::Rela) : sizeof(typename E::Rel);
  const std::span<uint8_t> records = arena.allocate_array<uint8_t>(count * record_size);
  const bool is_whole = has_addends ? expand<E, typename E::Rela>(reader, header, records)
                                    : expand<E, typename E::Rel>(reader, header, records);
  if (!is_whole) return Error{fmt::format("ends inside its {} relocations", count)};
  return RelocRecords{records, has_addends};
}

template Result<RelocRecords> expand_compact_relocs<Elf64>(Bytes, Arena&);
template Result<RelocRecords> expand_compact_relocs<Elf32>(Bytes, Arena&);

}  // namespace xld::elf
