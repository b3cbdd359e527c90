// Call frame records: every record is taken apart, and what is found is written as a header table.
#include "formats/eh_frame.h"
#include "formats/frame_rows.h"

using namespace xld;

namespace {

void read_fde(Bytes section, const EhRecord& fde, const EhRecord& cie, uint8_t word_size,
              std::vector<EhFrameHeaderEntry>& entries) {
  const auto cie_facts = parse_cie(section, cie, word_size);
  if (!cie_facts) return;
  const auto facts = parse_fde(section, fde, *cie_facts, word_size);
  if (!facts) return;
  if (const auto rows = read_frame_rows(section, cie, *cie_facts, fde, *facts); rows && (*rows)[0].begin != 0)
    __builtin_trap();
  const auto pc = read_encoded_pointer(section, facts->pc_begin_offset, cie_facts->fde_encoding, word_size, 0x400000);
  if (pc) entries.push_back({0x400000 + (pc->value & 0xfffff), 0x500000 + uint64_t{fde.offset}});
}

void read_section(Bytes section, uint8_t word_size) {
  std::vector<EhRecord> records;
  if (!split_eh_frame(section, records)) return;
  std::vector<EhFrameHeaderEntry> entries;
  for (const EhRecord& record : records) {
    if (!contains(section, record.offset, record.size)) __builtin_trap();
    if (record.is_cie())
      static_cast<void>(parse_cie(section, record, word_size));
    else
      read_fde(section, record, records[record.cie], word_size, entries);
  }
  std::vector<uint8_t> header(eh_frame_header_size(entries.size()));
  static_cast<void>(write_eh_frame_header(entries, 0x3ff000, 0x500000, word_size, header));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  for (const uint8_t word_size : {uint8_t{8}, uint8_t{4}}) read_section({data, size}, word_size);
  return 0;
}
