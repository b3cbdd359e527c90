// MergedSection against a model written the slow way, at several thread counts, and the edges one by one.
#include "layout/merge.h"

#include <gtest/gtest.h>
#include <map>
#include <random>
#include <string>

#include "core/hash.h"

namespace xld {
namespace {

using namespace std::string_literals;
using Kind = MergedSection::Kind;

constexpr Kind kStrings{1, true, false};
constexpr Kind kSuffixes{1, true, true};

struct Merged {
  MergedSection section;
  std::string output;

  Merged(Kind kind, const std::vector<std::string>& inputs, uint64_t alignment = 1, uint32_t threads = 1)
      : section(kind) {
    for (const std::string& input : inputs) section.add(as_bytes(input), alignment);
    ThreadPool pool(threads);
    EXPECT_TRUE(section.build(pool));
    output.assign(section.size(), '?');  // an output that is overwritten in place is not zero
    section.write(pool, {reinterpret_cast<uint8_t*>(output.data()), output.size()});
  }
};

TEST(MergedSection, EqualStringsExistOnceInOrderOfFirstOccurrence) {
  const std::vector<std::string> inputs = {"one\0two\0"s, "two\0three\0one\0"s, "\0"s, ""s};
  const Merged merged(kStrings, inputs);
  EXPECT_EQ(merged.output, "one\0two\0three\0\0"s);
  EXPECT_EQ(merged.section.output_offset(0, 4), 4u);
  EXPECT_EQ(merged.section.output_offset(1, 0), 4u);
  EXPECT_EQ(merged.section.output_offset(1, 2), 6u) << "inside a piece";
  EXPECT_EQ(merged.section.output_offset(1, 10), 0u);
  EXPECT_EQ(merged.section.output_offset(1, 14), 4u) << "behind the end: as far from the last piece's start";
  EXPECT_EQ(merged.section.output_offset(2, 0), 14u);
  EXPECT_EQ(merged.section.output_offset(3, 0), 0u) << "an empty input has no place";
}

TEST(MergedSection, NothingAtAll) {
  EXPECT_EQ(Merged(kStrings, {}).section.size(), 0u);
  EXPECT_EQ(Merged(kSuffixes, {"", ""}).section.size(), 0u);
  EXPECT_EQ(Merged({8, false, false}, {""}).section.part_count(), 1u);
}

// All of them have one hash: where the first factor of a product is zero, the second does not count.
std::string colliding_name(uint32_t number) {
  std::string name(16, '\0');
  store(reinterpret_cast<uint8_t*>(name.data()), hash_detail::kKeyA);
  const std::string digits = std::to_string(10000000 + number);
  std::copy(digits.begin(), digits.end(), name.begin() + 8);
  return name;
}

TEST(MergedSection, NamesMadeToCollideCostNoMoreThanALogarithm) {
  constexpr uint32_t kCount = 200000;
  ASSERT_EQ(hash_name(colliding_name(1)), hash_name(colliding_name(2)));
  std::string input;
  for (uint32_t i = 0; i < kCount; i++) input += colliding_name(i) + '\0';
  const Merged merged(kStrings, {input, input, "plain\0"s + input});
  EXPECT_EQ(merged.output, input + "plain\0"s);
  EXPECT_EQ(merged.section.output_offset(1, 17 * 12345), 17u * 12345);
  EXPECT_EQ(merged.section.output_offset(2, 6), 0u);
}

TEST(MergedSection, WhatCannotBeSplit) {
  EXPECT_TRUE(MergedSection::can_split(as_bytes(""), kStrings));
  EXPECT_TRUE(MergedSection::can_split(as_bytes("a\0"s), kStrings));
  EXPECT_FALSE(MergedSection::can_split(as_bytes("a\0b"s), kStrings));
  EXPECT_FALSE(MergedSection::can_split(as_bytes("a\0"s), {0, true, false}));
  EXPECT_FALSE(MergedSection::can_split(as_bytes("abc"), {2, false, false}));
  EXPECT_TRUE(MergedSection::can_split(as_bytes("abcd"), {2, false, false}));
  EXPECT_FALSE(MergedSection::can_split(as_bytes("a\0b\0"s), {2, true, false})) << "the zero is half an entry";
  EXPECT_TRUE(MergedSection::can_split(as_bytes("a\0\0\0"s), {2, true, false}));
}

TEST(MergedSection, WideStringsEndWithAWideZero) {
  // "a\0" "\0b" hides a zero pair that is not an entry.
  const Merged merged({2, true, false}, {"a\0\0b\0\0"s, "a\0\0b\0\0c\0\0\0"s});
  EXPECT_EQ(merged.output, "a\0\0b\0\0c\0\0\0"s);
  EXPECT_EQ(merged.section.output_offset(1, 8), 8u);
}

TEST(MergedSection, Constants) {
  const Merged merged({4, false, false}, {"aaaabbbb", "bbbbccccaaaa"}, 4);
  EXPECT_EQ(merged.output, "aaaabbbbcccc");
  EXPECT_EQ(merged.section.output_offset(1, 0), 4u);
  EXPECT_EQ(merged.section.output_offset(1, 11), 3u);
  EXPECT_EQ(merged.section.alignment(), 4u);
}

TEST(MergedSection, APieceStaysAsAlignedAsTheStrictestOfItsEquals) {
  MergedSection section(kStrings);
  const std::string loose = "x\0same\0"s;
  const std::string strict = "padding\0same\0"s;
  section.add(as_bytes(loose), 1);
  section.add(as_bytes(strict), 8);
  ThreadPool pool(1);
  ASSERT_TRUE(section.build(pool));
  EXPECT_EQ(section.output_offset(0, 2) % 8, 0u);
  EXPECT_EQ(section.output_offset(1, 8), section.output_offset(0, 2));
  EXPECT_EQ(section.output_offset(1, 0) % 8, 0u);
  std::string output(section.size(), '?');
  section.write(pool, {reinterpret_cast<uint8_t*>(output.data()), output.size()});
  EXPECT_EQ(output, "x\0\0\0\0\0\0\0same\0\0\0\0padding\0"s);
}

TEST(MergedSection, SuffixesLiveInLongerStrings) {
  const Merged merged(kSuffixes, {"bar\0foobar\0ar\0"s, "r\0bar\0baz\0"s});
  EXPECT_EQ(merged.output, "foobar\0baz\0"s);
  EXPECT_EQ(merged.section.output_offset(0, 0), 3u);
  EXPECT_EQ(merged.section.output_offset(0, 11), 4u);
  EXPECT_EQ(merged.section.output_offset(1, 0), 5u);
  EXPECT_EQ(merged.section.output_offset(1, 2), 3u) << "a follower of a suffix";
}

TEST(MergedSection, ASuffixThatWouldBeMisalignedStaysApart) {
  const Merged merged(kSuffixes,
                      {"1234567\0"
                       "1234bar\0bar\0"s},
                      4);
  for (const uint64_t offset : {0, 8, 16}) EXPECT_EQ(merged.section.output_offset(0, offset) % 4, 0u);
  EXPECT_EQ(merged.section.output_offset(0, 16), merged.section.output_offset(0, 8) + 4) << "this one is aligned";
  const Merged apart(kSuffixes, {"123bar\0\0bar\0"s}, 4);
  EXPECT_EQ(apart.section.output_offset(0, 8) % 4, 0u);
  EXPECT_EQ(std::string(apart.output.c_str() + apart.section.output_offset(0, 8)), "bar");
}

TEST(MergedSection, OffsetsDeepInsideALongString) {
  const std::string text = "first\0"s + std::string(100000, 'x') + "\0last\0"s;
  const Merged merged(kStrings, {"zero\0"s, text});
  EXPECT_EQ(merged.section.output_offset(1, 90000), 90005u);
  EXPECT_EQ(merged.section.output_offset(1, 6), 11u);
  EXPECT_EQ(merged.section.output_offset(1, 100007), 100012u);
}

// A table looks at half of the hash; among this many strings some agree in it.
TEST(MergedSection, EqualHashesAreNotEqualStrings) {
  std::string input;
  std::map<uint32_t, int> hashes;
  for (int i = 100000; i < 400000; i++) {
    const std::string name = std::to_string(i);
    hashes[static_cast<uint32_t>(hash_name(name))]++;
    input += name + '\0';
  }
  ASSERT_LT(hashes.size(), 300000u) << "the hash has changed: take more strings";
  EXPECT_EQ(Merged(kStrings, {input}).output.size(), input.size());
}

// Random words from a small alphabet, so that equals and suffixes abound.
std::vector<std::string> random_inputs(uint32_t seed, size_t count, uint32_t entry_size, uint64_t alignment) {
  std::mt19937 random(seed);
  std::vector<std::string> inputs(count);
  for (std::string& input : inputs) {
    for (size_t words = random() % 200; words > 0; words--) {
      const size_t length = random() % 5 == 0 ? random() % 150 : random() % 6;
      for (size_t i = 0; i < length * entry_size; i++) input += static_cast<char>('a' + random() % 2);
      input.append(entry_size, '\0');
      if (random() % 3 == 0) input.append(align_up(input.size(), alignment) - input.size(), '\0');
    }
  }
  return inputs;
}

void check_against_model(const Merged& merged, Kind kind, const std::vector<std::string>& inputs, uint64_t alignment) {
  std::map<std::string, uint64_t> model;
  uint64_t unique_size = 0;
  for (uint32_t i = 0; i < inputs.size(); i++) {
    const std::string& input = inputs[i];
    for (size_t start = 0; start < input.size();) {
      size_t end = start;
      while (input.compare(end, kind.entry_size, std::string(kind.entry_size, '\0')) != 0) end += kind.entry_size;
      end += kind.entry_size;
      const uint64_t target = merged.section.output_offset(i, start);
      ASSERT_LE(target + (end - start), merged.output.size());
      ASSERT_EQ(merged.output.compare(target, end - start, input, start, end - start), 0);
      ASSERT_EQ(merged.section.output_offset(i, end - 1), target + (end - 1 - start));
      const uint64_t known = start == 0 ? alignment : std::min<uint64_t>(alignment, start & -start);
      ASSERT_EQ(target % known, 0u);
      const auto [place, is_new] = model.emplace(input.substr(start, end - start), target);
      ASSERT_EQ(place->second, target) << "equal pieces at two places";
      if (is_new) unique_size += end - start;
      start = end;
    }
  }
  if (alignment != 1) return;
  EXPECT_EQ(merged.section.size() == unique_size, !kind.merges_suffixes);
  EXPECT_LE(merged.section.size(), unique_size);
}

TEST(MergedSection, AgreesWithTheModelAtAnyThreadCount) {
  for (const Kind kind : {kStrings, kSuffixes, Kind{4, true, false}, Kind{4, true, true}}) {
    for (const uint64_t alignment : {1, 8}) {
      const auto inputs = random_inputs(7 + kind.entry_size, 200, kind.entry_size, alignment);
      const Merged one(kind, inputs, alignment, 1);
      ASSERT_GT(one.section.part_count(), 1u);
      check_against_model(one, kind, inputs, alignment);
      for (const uint32_t threads : {2, 16}) EXPECT_TRUE(Merged(kind, inputs, alignment, threads).output == one.output);
    }
  }
}

TEST(MergedSection, ThreadsUseSeveralShards) {
  const auto inputs = random_inputs(1, 1500, 1, 1);
  const Merged one(kStrings, inputs, 1, 1);
  ASSERT_GE(one.section.part_count(), 4u);
  EXPECT_TRUE(Merged(kStrings, inputs, 1, 3).output == one.output);
}

}  // namespace
}  // namespace xld
