// Names of the entries of debug information.
#include "formats/dwarf_names.h"

#include <gtest/gtest.h>

namespace xld {
namespace {

using Names = std::vector<std::pair<std::string, int>>;

// 1: a unit of C++ with children, 2: a namespace, 3: a function, 4: a declaration of one, 5: what completes it.
constexpr uint8_t kAbbreviations[] = {1, 0x11, 1, 0x13, 0x0b, 0,    0,           //
                                      2, 0x39, 1, 0x03, 0x08, 0,    0,           //
                                      3, 0x2e, 0, 0x03, 0x08, 0x3f, 0x19, 0, 0,  //
                                      4, 0x2e, 0, 0x03, 0x08, 0x3c, 0x19, 0, 0,  //
                                      5, 0x2e, 0, 0x47, 0x13, 0x3f, 0x19, 0, 0,  //
                                      0};

// DWARF 4, 32 bits, addresses of 8 bytes; `entries` follow the header, which has 11 bytes.
std::vector<uint8_t> unit(std::vector<uint8_t> entries) {
  std::vector<uint8_t> bytes = {static_cast<uint8_t>(7 + entries.size()), 0, 0, 0, 4, 0, 0, 0, 0, 0, 8};
  bytes.insert(bytes.end(), entries.begin(), entries.end());
  return bytes;
}

Names names_of(const std::vector<uint8_t>& info) {
  std::deque<std::string> storage;
  std::vector<DefinedName> found;
  for (const DwarfUnit& read : read_units(info, false))
    read_defined_names({info, kAbbreviations, {}, {}, {}}, read, storage, found);
  Names names;
  for (const DefinedName& name : found) names.emplace_back(name.name, name.kind);
  return names;
}

TEST(DwarfNames, HaveTheirScopes) {
  const auto info = unit({1, 0x21, 2, 'n', 0, 3, 'f', 0, 0, 3, 'g', 0, 0});
  EXPECT_EQ(names_of(info), (Names{{"n", 0x10}, {"n::f", 0x30}, {"g", 0x30}}));
}

TEST(DwarfNames, HaveNoScopesInC) {
  const auto info = unit({1, 0x0c, 2, 'n', 0, 3, 'f', 0, 0, 0});
  EXPECT_EQ(names_of(info), (Names{{"n", 0x90}, {"f", 0x30}}));
}

TEST(DwarfNames, AreThoseOfDeclarations) {
  // The declaration is at offset 16, in the namespace at 13.
  const auto info = unit({1, 0x21, 2, 'n', 0, 4, 'f', 0, 0, 5, 16, 0, 0, 0, 0});
  EXPECT_EQ(names_of(info), (Names{{"n", 0x10}, {"n::f", 0x30}}));
}

TEST(DwarfNames, EndWhereTheUnitIsBroken) {
  EXPECT_EQ(names_of(unit({1, 0x21, 2, 'n', 0, 9, 'f', 0})), (Names{{"n", 0x10}}));
  EXPECT_EQ(names_of(unit({1, 0x21, 2, 'n'})), Names{});
  EXPECT_EQ(names_of(unit({5, 11, 0, 0, 0})), Names{});
}

}  // namespace
}  // namespace xld
