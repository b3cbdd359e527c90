// Line-number programs. Two sizes of 16 bits, then .debug_line_str, .debug_str and .debug_line; relocations are made up
// from the fields they would stand on.
#include "formats/dwarf_lines.h"

using namespace xld;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes all(data, size);
  const auto line_str_size = read<uint16_t>(all, 0);
  const auto str_size = read<uint16_t>(all, 2);
  if (!line_str_size || !str_size) return 0;
  const auto line_str = slice(all, 4, *line_str_size);
  const auto str = slice(all, 4 + uint64_t{*line_str_size}, *str_size);
  if (!line_str || !str) return 0;
  const Bytes line = all.subspan(4 + line_str->size() + str->size());
  const FieldResolver resolve = [&](uint64_t offset) -> std::optional<RelocatedField> {
    const auto value = read<uint32_t>(line, offset);
    if (!value || *value > 0xffffff) return std::nullopt;
    return RelocatedField{1, *value};
  };
  for (const uint64_t offset : {0, 5, 100})
    static_cast<void>(find_source_line({line, *line_str, *str}, resolve, {1, offset}));
  return 0;
}
