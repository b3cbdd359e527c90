// Reading line-number programs. See dwarf_lines.h.
//
// A program is run until a row's range covers the place: a row holds from its address to that of the next row of its
// sequence. Only then are names read.
#include "formats/dwarf_lines.h"

#include <fmt/core.h>
#include <string_view>
#include <vector>

#include "core/path.h"
#include "formats/dwarf_forms.h"
#include "formats/dwarf_reader.h"

namespace xld {

namespace {

using Reader = DwarfReader;

using enum dwarf::Form;

// DW_LNCT_* (DWARF 5 §7.22).
enum Content : uint64_t { kPath = 1, kDirectoryIndex = 2 };

enum StandardOpcode : uint8_t {
  kCopy = 1,
  kAdvancePc,
  kAdvanceLine,
  kSetFile,
  kSetColumn,
  kNegateStatement,
  kSetBasicBlock,
  kConstAddPc,
  kFixedAdvancePc,
};
enum ExtendedOpcode : uint8_t { kEndSequence = 1, kSetAddress = 2, kDefineFile = 3 };

struct FileName {
  std::string_view name;
  uint64_t directory = 0;
};

struct Header {
  uint16_t version = 0;
  uint8_t offset_size = 4;
  uint8_t minimum_instruction_size = 1;
  int8_t line_base = 0;
  uint8_t line_range = 1;
  uint8_t opcode_base = 1;
  Bytes opcode_lengths;
};

struct Row {
  bool has_section = false;  // a sequence whose address has no relocation belongs to nothing here
  RelocatedField address;
  uint64_t file = 1;
  uint64_t line = 1;
};

class LineProgram {
 public:
  LineProgram(const DwarfSections& sections, const FieldResolver& resolve, Reader unit, uint8_t offset_size)
      : sections_(sections), resolve_(resolve), program_(unit) {
    header_.offset_size = offset_size;
  }

  std::optional<SourceLine> find(RelocatedField place) {
    if (!read_header()) return std::nullopt;
    const auto row = find_row(place);
    if (!row || row->line == 0 || row->line > UINT32_MAX) return std::nullopt;
    const auto name = header_.version >= 5 ? find_file_5(row->file) : find_file_2(row->file);
    if (name.empty()) return std::nullopt;
    return SourceLine{name, static_cast<uint32_t>(row->line)};
  }

 private:
  bool read_header() {
    header_.version = program_.take<uint16_t>();
    if (header_.version < 2 || header_.version > 5) return false;
    if (header_.version >= 5) {
      program_.skip(2);  // sizes of addresses and of segment selectors
    }
    tables_ = program_.take_part(program_.take_unsigned(header_.offset_size));
    header_.minimum_instruction_size = tables_.take<uint8_t>();
    if (header_.version >= 4) tables_.skip(1);  // operations per instruction: 1 but for VLIW machines
    tables_.skip(1);                            // whether rows are statements at first
    header_.line_base = tables_.take<int8_t>();
    header_.line_range = tables_.take<uint8_t>();
    header_.opcode_base = tables_.take<uint8_t>();
    if (header_.opcode_base == 0 || header_.line_range == 0) return false;
    const uint64_t lengths = tables_.position();
    tables_.skip(header_.opcode_base - 1u);
    if (tables_.failed() || program_.failed()) return false;
    header_.opcode_lengths = sections_.line.subspan(lengths, header_.opcode_base - 1u);
    return true;
  }

  // --- Rows

  std::optional<Row> find_row(RelocatedField place) {
    std::optional<Row> previous;  // of the same sequence
    row_ = {};
    while (!program_.at_end()) {
      const Step step = take_step();
      if (step == Step::None) continue;
      if (previous && covers(*previous, place)) return previous;
      previous = row_;
      if (step == Step::EndSequence) {
        previous.reset();
        row_ = {};
      }
    }
    return std::nullopt;
  }

  // `row` ends where the current one begins.
  bool covers(const Row& row, RelocatedField place) const {
    return row.has_section && row.address.section == place.section && row_.address.section == place.section &&
           row.address.offset <= place.offset && place.offset < row_.address.offset;
  }

  enum class Step : uint8_t { None, Row, EndSequence };

  Step take_step() {
    const auto opcode = program_.take<uint8_t>();
    if (opcode >= header_.opcode_base) {
      const uint32_t adjusted = opcode - header_.opcode_base;
      advance(adjusted / header_.line_range);
      row_.line += static_cast<uint64_t>(header_.line_base + static_cast<int64_t>(adjusted % header_.line_range));
      return Step::Row;
    }
    if (opcode == 0) return take_extended();
    if (opcode == kCopy) return Step::Row;
    take_standard(opcode);
    return Step::None;
  }

  void advance(uint64_t operations) { row_.address.offset += operations * header_.minimum_instruction_size; }

  void take_standard(uint8_t opcode) {
    switch (opcode) {
      case kAdvancePc:
        advance(program_.take_uleb());
        break;
      case kAdvanceLine:
        row_.line += static_cast<uint64_t>(program_.take_sleb());
        break;
      case kSetFile:
        row_.file = program_.take_uleb();
        break;
      case kConstAddPc:
        advance((255u - header_.opcode_base) / header_.line_range);
        break;
      case kFixedAdvancePc:
        row_.address.offset += program_.take<uint16_t>();
        break;
      default:
        for (uint8_t i = 0; i < header_.opcode_lengths[opcode - 1u]; i++) program_.take_uleb();
    }
  }

  Step take_extended() {
    Reader operands = program_.take_part(program_.take_uleb());
    const auto opcode = operands.take<uint8_t>();
    if (opcode == kEndSequence) return Step::EndSequence;
    if (opcode == kSetAddress) {
      const auto target = resolve_(operands.position());
      row_.has_section = target.has_value();
      row_.address = target.value_or(RelocatedField{});
    }
    return Step::None;
  }

  // --- Names. Files and directories of DWARF 2 to 4 are numbered from 1, and directory 0 is the current one; those of
  // DWARF 5 are numbered from 0, and directory 0 is again the current one.

  static std::string join(std::string_view directory, std::string_view name) {
    if (directory.empty() || name.starts_with('/')) return std::string(name);
    return std::string(directory).append("/").append(name);
  }

  std::string find_file_2(uint64_t number) {
    Reader reader = tables_;
    std::vector<std::string_view> directories;
    while (!reader.failed()) {
      const auto directory = reader.take_string();
      if (directory.empty()) break;
      directories.push_back(directory);
    }
    for (uint64_t i = 1; !reader.failed(); i++) {
      const auto name = reader.take_string();
      if (name.empty()) break;
      const uint64_t directory = reader.take_uleb();
      reader.take_uleb();  // time
      reader.take_uleb();  // size
      if (i != number) continue;
      return join(directory == 0 || directory > directories.size() ? "" : directories[directory - 1], name);
    }
    return {};
  }

  std::string find_file_5(uint64_t number) {
    Reader reader = tables_;
    const auto directories = take_table(reader);
    const auto files = take_table(reader);
    if (number >= files.size()) return {};
    const FileName& file = files[number];
    const bool is_plain = file.directory == 0 || file.directory >= directories.size();
    return file.name.empty() ? std::string() : join(is_plain ? "" : directories[file.directory].name, file.name);
  }

  // A description of the columns, then rows. An entry takes at least one byte, or the table is refused.
  std::vector<FileName> take_table(Reader& reader) {
    struct Column {
      uint64_t content, form;
    };
    std::vector<Column> columns(reader.take<uint8_t>());
    for (auto& column : columns) {
      column.content = reader.take_uleb();
      column.form = reader.take_uleb();
    }
    std::vector<FileName> entries;
    for (uint64_t count = reader.take_uleb(); count != 0 && !columns.empty(); count--) {
      const uint64_t begin = reader.position();
      FileName entry;
      for (const auto& column : columns) take_column(reader, column.content, column.form, entry);
      if (reader.failed() || reader.position() == begin) break;
      entries.push_back(entry);
    }
    return entries;
  }

  void take_column(Reader& reader, uint64_t content, uint64_t form, FileName& entry) {
    if (content == kPath) {
      entry.name = take_path(reader, form);
      return;
    }
    const uint64_t number = take_number(reader, form);
    if (content == kDirectoryIndex) entry.directory = number;
  }

  std::string_view take_path(Reader& reader, uint64_t form) {
    if (form == kString) return reader.take_string();
    if (form != kStrp && form != kLineStrp) return take_number(reader, form), std::string_view();
    const auto target = resolve_(reader.position());
    const uint64_t stored = reader.take_unsigned(header_.offset_size);
    const Bytes strings = form == kStrp ? sections_.str : sections_.line_str;
    return c_string_at(strings, target ? target->offset : stored).value_or(std::string_view());
  }

  // A form that is not known ends the reading: its size is not known either.
  uint64_t take_number(Reader& reader, uint64_t form) {
    switch (form) {
      case kData1:
        return reader.take_unsigned(1);
      case kData2:
        return reader.take_unsigned(2);
      case kData4:
        return reader.take_unsigned(4);
      case kData8:
        return reader.take_unsigned(8);
      case kUdata:
        return reader.take_uleb();
      case kData16:
        return reader.skip(16), 0;
      case kBlock:
        return reader.skip(reader.take_uleb()), 0;
      case kBlock1:
        return reader.skip(reader.take_unsigned(1)), 0;
      case kBlock2:
        return reader.skip(reader.take_unsigned(2)), 0;
      case kBlock4:
        return reader.skip(reader.take_unsigned(4)), 0;
      case kString:
        return reader.take_string(), 0;
      case kStrp:
      case kLineStrp:
        return reader.take_unsigned(header_.offset_size);
      default:
        return reader.skip(UINT64_MAX), 0;
    }
  }

  const DwarfSections& sections_;
  const FieldResolver& resolve_;
  Header header_;
  Reader tables_{Bytes()};
  Reader program_;
  Row row_;
};

}  // namespace

std::string SourceLine::text() const {
  const std::string_view name = base_name(file);
  if (name.size() == file.size()) return fmt::format("{}:{}", file, line);
  return fmt::format("{}:{} ({}:{})", name, line, file, line);
}

std::optional<SourceLine> find_source_line(const DwarfSections& sections, const FieldResolver& resolve,
                                           RelocatedField place) {
  Reader reader(sections.line);
  while (!reader.at_end()) {
    uint64_t size = reader.take<uint32_t>();
    const bool is_dwarf_64 = size == UINT32_MAX;
    if (is_dwarf_64) size = reader.take<uint64_t>();
    Reader unit = reader.take_part(size);
    if (reader.failed()) break;
    LineProgram program(sections, resolve, unit, is_dwarf_64 ? 8 : 4);
    if (auto line = program.find(place)) return line;
  }
  return std::nullopt;
}

}  // namespace xld
