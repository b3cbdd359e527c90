// Line programs made by hand, for each version of the tables; rows, sequences, relocated strings, damage.
#include "formats/dwarf_lines.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <map>
#include <string>

namespace xld {
namespace {

using namespace std::string_literals;

std::string little32(size_t value) {
  const auto v = static_cast<uint32_t>(value);
  return {reinterpret_cast<const char*>(&v), sizeof(v)};
}

// Opcode 10 is the first special one; line_base -3, line_range 12.
const std::string kOpcodes = "\x01\xfd\x0c\x0a\0\1\1\1\1\0\0\0\1"s;

std::string set_address() {
  return "\0\x09\x02"s + std::string(8, '\0');
}
const std::string kEnd = "\0\x01\x01"s;

char special(int line_advance, int address_advance) {
  return static_cast<char>(10 + (line_advance + 3) + 12 * address_advance);
}

// Two sequences: lines 11, 12 of file 1 and 30 of file 2 at 0, 4, 8 to 16; line 5 at 0 to 2.
std::string program() {
  return set_address() + "\x03\x0a\x01"s + special(1, 4) + "\x04\x02\x03\x12"s + special(0, 4) + "\x02\x08"s + kEnd +
         set_address() + "\x03\x04\x01\x02\x02"s + kEnd;
}

std::string version_4(const std::string& tables) {
  const auto rest = "\x01\x01"s + kOpcodes + tables;
  const auto unit = "\x04\0"s + little32(rest.size()) + rest + program();
  return little32(unit.size()) + unit;
}

std::string version_5(const std::string& tables) {
  const auto rest = "\x01\x01"s + kOpcodes + tables;
  const auto unit = "\x05\0\x08\0"s + little32(rest.size()) + rest + program();
  return little32(unit.size()) + unit;
}

std::string tables_4() {
  return "inc\0\0a.c\0\0\0\0b.h\0\1\0\0\0"s;
}

// Directories as DW_FORM_string, files as line_strp, udata and an MD5.
std::string tables_5() {
  return "\1\1\x08\2/cwd\0inc\0"s + "\3\1\x1f\2\x0b\5\x1e\3"s + little32(0) + "\0"s + std::string(16, 'm') +
         little32(0) + "\0"s + std::string(16, 'm') + little32(4) + "\1"s + std::string(16, 'm');
}

// The k-th set_address of `line` points into section k + 1.
std::string look_up(const std::string& line, uint32_t section, uint64_t offset, Bytes line_str = {}) {
  std::map<uint64_t, RelocatedField> fields;
  uint32_t next_section = 1;
  for (size_t at = line.find(set_address()); at != line.npos; at = line.find(set_address(), at + 1)) {
    fields[at + 3] = {next_section++, 0};
  }
  const FieldResolver resolve = [&](uint64_t at) -> std::optional<RelocatedField> {
    const auto found = fields.find(at);
    return found == fields.end() ? std::nullopt : std::optional(found->second);
  };
  const auto result = find_source_line({as_bytes(line), line_str, {}}, resolve, {section, offset});
  return result ? fmt::format("{}:{}", result->file, result->line) : "none";
}

TEST(DwarfLines, FindsRowsOfVersion4) {
  const auto line = version_4(tables_4());
  EXPECT_EQ(look_up(line, 1, 0), "a.c:11");
  EXPECT_EQ(look_up(line, 1, 3), "a.c:11");
  EXPECT_EQ(look_up(line, 1, 4), "a.c:12");
  EXPECT_EQ(look_up(line, 1, 8), "inc/b.h:30");
  EXPECT_EQ(look_up(line, 1, 15), "inc/b.h:30");
  EXPECT_EQ(look_up(line, 1, 16), "none");
  EXPECT_EQ(look_up(line, 2, 1), "a.c:5");
  EXPECT_EQ(look_up(line, 2, 2), "none");
  EXPECT_EQ(look_up(line, 3, 0), "none");
}

TEST(DwarfLines, FindsNamesOfVersion5) {
  const auto line = version_5(tables_5());
  const auto names = as_bytes(std::string_view("a.c\0b.h\0", 8));
  EXPECT_EQ(look_up(line, 1, 4, names), "a.c:12");
  EXPECT_EQ(look_up(line, 1, 9, names), "inc/b.h:30");
  EXPECT_EQ(look_up(line, 2, 0, names), "a.c:5");
  EXPECT_EQ(look_up(line, 1, 4), "none");
}

TEST(DwarfLines, LooksIntoEveryUnit) {
  const auto one = version_4(tables_4());
  EXPECT_EQ(look_up(one + one, 4, 1), "a.c:5");
  const auto unknown = little32(6) + "\x07\0zzzz"s;
  EXPECT_EQ(look_up(unknown + one, 2, 1), "a.c:5");
}

TEST(DwarfLines, EveryPrefixAndFlippedByteIsHarmless) {
  for (const auto& line : {version_4(tables_4()), version_5(tables_5())}) {
    for (size_t i = 0; i < line.size(); i++) {
      look_up(line.substr(0, i), 1, 4);
      for (const int flip : {0x01, 0x80, 0xff}) {
        auto changed = line;
        changed[i] = static_cast<char>(changed[i] ^ flip);
        look_up(changed, 1, 100);
      }
    }
  }
}

}  // namespace
}  // namespace xld
