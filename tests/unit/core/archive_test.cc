// Archives in all forms, made by hand: names, indexes, thin ones, and every way in which the numbers can lie.
#include "core/archive.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace xld {
namespace {

std::string header(std::string_view name, size_t size) {
  return fmt::format("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", name, 0, 0, 0, 644, size);
}

std::string member(std::string_view name, std::string_view data) {
  std::string text = header(name, data.size()) + std::string(data);
  if (text.size() % 2) text += '\n';
  return text;
}

std::string big32(uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

std::string big64(uint64_t value) {
  return big32(static_cast<uint32_t>(value >> 32)) + big32(static_cast<uint32_t>(value));
}

std::string little32(uint32_t value) {
  std::string text = big32(value);
  return {text.rbegin(), text.rend()};
}

const std::string kMagic = "!<arch>\n";

std::vector<std::string> symbols_of(const Archive& archive) {
  std::vector<std::string> result;
  const bool complete = archive.for_each_symbol(
      [&](ArchiveSymbol symbol) { result.push_back(fmt::format("{}@{}", symbol.name, symbol.member)); });
  if (!complete) result.push_back("damaged");
  return result;
}

using Strings = std::vector<std::string>;

std::string gnu_archive() {
  // index: 60 + 4 + 12 + 10 = 86 bytes from 8, so the members stand at 94, 94 + 60 + 4 = 158
  return kMagic + member("/", big32(3) + big32(94) + big32(94) + big32(158) + std::string("a1\0a2\0bee\0", 10)) +
         member("a.o/", "AAAA") + member("b.o/", "BBB") + member("c.o/", "C");
}

TEST(Archive, ReadsTheGnuIndexAndMembers) {
  const auto file = gnu_archive();
  const auto archive = Archive::open(as_bytes(file), "lib/x.a");
  ASSERT_TRUE(archive) << archive.error().message;
  EXPECT_TRUE(archive->has_index());
  EXPECT_EQ(symbols_of(*archive), (Strings{"a1@0", "a2@0", "bee@1"}));
  EXPECT_EQ(archive->member_count(), 2u);
  const auto b = archive->member(1);
  ASSERT_TRUE(b) << b.error().message;
  EXPECT_EQ(b->name, "b.o");
  EXPECT_EQ(as_text(b->data), "BBB");
  EXPECT_EQ(b->header_offset, 158u);
  EXPECT_FALSE(archive->member(2));
}

TEST(Archive, WalksMembersTheIndexDoesNotName) {
  const auto file = gnu_archive();
  const auto archive = Archive::open(as_bytes(file), "x.a");
  const auto members = archive->read_members();
  ASSERT_TRUE(members) << members.error().message;
  ASSERT_EQ(members->size(), 3u);
  EXPECT_EQ((*members)[2].name, "c.o");
  EXPECT_EQ(as_text((*members)[2].data), "C");
}

TEST(Archive, ReadsThe64BitIndex) {
  const auto file = kMagic + member("/SYM64/", big64(1) + big64(86) + std::string("x\0", 2)) + member("m.o/", "M");
  const auto archive = Archive::open(as_bytes(file), "x.a");
  ASSERT_TRUE(archive);
  EXPECT_EQ(symbols_of(*archive), Strings{"x@0"});
  EXPECT_EQ(archive->member(0)->name, "m.o");
}

TEST(Archive, FindsLongNames) {
  const auto file =
      kMagic + member("//", "a_rather_long_name.o/\nwith space.o/\n") + member("/22", "2") + member("/0", "1");
  const auto archive = Archive::open(as_bytes(file), "x.a");
  ASSERT_TRUE(archive);
  EXPECT_FALSE(archive->has_index());
  const auto members = archive->read_members();
  ASSERT_TRUE(members) << members.error().message;
  EXPECT_EQ((*members)[0].name, "with space.o");
  EXPECT_EQ((*members)[1].name, "a_rather_long_name.o");
}

TEST(Archive, RefusesLongNamesThatAreNotThere) {
  for (const auto* name : {"/7", "/99999999999999", "/x", "/3"}) {
    const auto file = kMagic + member("//", "a.o/\nb") + member(name, "1");
    const auto archive = Archive::open(as_bytes(file), "x.a");
    ASSERT_TRUE(archive);
    EXPECT_FALSE(archive->read_members()) << name;
  }
  const auto unterminated = kMagic + member("//", "a.o/\nb") + member("/5", "1");
  EXPECT_FALSE(Archive::open(as_bytes(unterminated), "x.a")->read_members());
}

// Offsets are relative to the start of the file: magic 8, header 60, name 20, tables.
std::string bsd_archive(std::string_view index_name) {
  std::string data(index_name);
  data.resize(20, '\0');
  data +=
      little32(16) + little32(2) + little32(188) + little32(0) + little32(118) + little32(4) + std::string("b\0a\0", 4);
  while (data.size() < 50) data += '\0';
  return kMagic + member("#1/20", data) + member("#1/8", std::string("one.o\0\0\0", 8) + "1") + member("two.o", "2");
}

TEST(Archive, ReadsTheBsdForms) {
  const auto file = bsd_archive("__.SYMDEF SORTED");
  const auto archive = Archive::open(as_bytes(file), "x.a");
  ASSERT_TRUE(archive) << archive.error().message;
  ASSERT_TRUE(archive->has_index()) << archive->index_problem();
  const auto members = archive->read_members();
  ASSERT_TRUE(members) << members.error().message;
  ASSERT_EQ(members->size(), 2u);
  EXPECT_EQ((*members)[0].name, "one.o");
  EXPECT_EQ(as_text((*members)[0].data), "1");
  EXPECT_EQ((*members)[0].size, 1u);
  EXPECT_EQ((*members)[1].name, "two.o");
  EXPECT_EQ((*members)[0].header_offset, 118u);
  EXPECT_EQ((*members)[1].header_offset, 188u);
  EXPECT_EQ(archive->member(1)->name, "two.o");
}

TEST(Archive, NumbersMembersInFileOrderWhateverTheIndexOrder) {
  const auto file = bsd_archive("__.SYMDEF");
  const auto archive = Archive::open(as_bytes(file), "x.a");
  EXPECT_EQ(symbols_of(*archive), (Strings{"a@1", "b@0"}));
}

TEST(Archive, ThinMembersAreFilesBesideIt) {
  const auto file =
      std::string("!<thin>\n") + member("//", "sub/a.o/\n/abs/b.o/\n") + header("/0", 1000) + header("/9", 7);
  const auto archive = Archive::open(as_bytes(file), "lib/x.a");
  ASSERT_TRUE(archive);
  EXPECT_TRUE(archive->is_thin());
  const auto members = archive->read_members();
  ASSERT_TRUE(members) << members.error().message;
  ASSERT_EQ(members->size(), 2u);
  EXPECT_EQ(archive->external_path((*members)[0]), "lib/sub/a.o");
  EXPECT_EQ((*members)[0].size, 1000u);
  EXPECT_TRUE((*members)[0].data.empty());
  EXPECT_EQ(archive->external_path((*members)[1]), "/abs/b.o");
}

TEST(Archive, ThinMembersInsideOtherArchivesAreRefused) {
  const auto file = std::string("!<thin>\n") + member("//", "in.a/\n") + header("/0:68", 10);
  EXPECT_FALSE(Archive::open(as_bytes(file), "x.a")->read_members());
}

TEST(Archive, ADamagedIndexIsIgnoredWithAReason) {
  const std::string damaged[] = {
      "",
      big32(0xffffffff),
      big32(2) + big32(8),
      big32(1) + big32(0x7ffffff0) + std::string("x\0", 2),
      big32(1) + big32(9) + std::string("x\0", 2),
      big32(1) + big32(0) + std::string("x\0", 2),
  };
  for (const auto& index : damaged) {
    const auto file = kMagic + member("/", index) + member("a.o/", "A");
    const auto archive = Archive::open(as_bytes(file), "x.a");
    ASSERT_TRUE(archive);
    EXPECT_FALSE(archive->has_index());
    EXPECT_FALSE(archive->index_problem().empty());
    EXPECT_EQ(archive->read_members()->size(), 1u);
  }
}

TEST(Archive, AStaleIndexShowsWhenItsMemberIsRead) {
  auto file = gnu_archive();
  file.insert(94, member("new.o/", "some bytes that move the others"));
  const auto archive = Archive::open(as_bytes(file), "x.a");
  ASSERT_TRUE(archive);
  const auto moved = archive->member(1);
  ASSERT_FALSE(moved);
  EXPECT_NE(moved.error().message.find("out of date"), std::string::npos);
}

TEST(Archive, NamesThatEndEarlyAreReported) {
  const auto file =
      kMagic + member("/", big32(2) + big32(82) + big32(82) + std::string("x\0", 2)) + member("a.o/", "A");
  const auto archive = Archive::open(as_bytes(file), "x.a");
  EXPECT_EQ(symbols_of(*archive), (Strings{"x@0", "damaged"}));
}

TEST(Archive, RefusesDamagedHeadersAndNestedArchives) {
  const std::string damaged[] = {
      kMagic + "short",
      kMagic + header("a.o/", 100) + "AAA",
      kMagic + member("a.o/", kMagic),
      kMagic + member("#1/99", "abc"),
      kMagic + member("#1/x", "abc"),
      kMagic + member("", "abc"),
  };
  for (const auto& file : damaged) {
    const auto archive = Archive::open(as_bytes(file), "x.a");
    EXPECT_FALSE(archive && archive->read_members());
  }
  auto no_size = kMagic + member("a.o/", "AAA");
  no_size[8 + 48] = '-';
  EXPECT_FALSE(Archive::open(as_bytes(no_size), "x.a"));
  EXPECT_FALSE(Archive::open(as_bytes("\177ELF"), "x.a"));
}

TEST(Archive, EveryPrefixIsReadWithoutHarm) {
  for (const auto& file : {gnu_archive(), bsd_archive("__.SYMDEF")}) {
    for (size_t size = 0; size < file.size(); size++) {
      const std::vector<uint8_t> prefix(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
      const auto archive = Archive::open(prefix, "x.a");
      if (!archive) continue;
      symbols_of(*archive);
      for (uint32_t i = 0; i < archive->member_count(); i++) (void)archive->member(i);
      (void)archive->read_members();
    }
  }
}

TEST(Archive, AnEmptyArchiveIsFine) {
  const auto archive = Archive::open(as_bytes(kMagic), "x.a");
  ASSERT_TRUE(archive);
  EXPECT_FALSE(archive->has_index());
  EXPECT_TRUE(archive->read_members()->empty());
}

}  // namespace
}  // namespace xld
