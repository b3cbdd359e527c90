// "Did you mean": the candidate nearest to a word that nothing is called.
//
// Distance is the number of single-character edits, where swapping two neighbours is one edit (the optimal string
// alignment form of Damerau-Levenshtein). Candidates may be all symbols of a large link, so most are dismissed by
// their length or by the set of their characters, and the table is filled only in the band that can still matter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace xld {

class Suggestion {
 public:
  // `wanted` must outlive the object. Short words get a small limit: anything resembles two letters.
  explicit Suggestion(std::string_view wanted);

  // The order of calls does not matter: of two equally near candidates the one that sorts first wins.
  // `candidate` must outlive the object.
  void consider(std::string_view candidate);

  // Nothing if no candidate was near enough. Never `wanted` itself.
  std::optional<std::string_view> best() const;

 private:
  std::string_view wanted_;
  uint64_t letters_ = 0;
  size_t limit_ = 0;  // largest distance still of interest
  size_t distance_ = 0;
  std::optional<std::string_view> best_;
  std::vector<uint32_t> rows_;  // three rows of the table
};

// The distance between `a` and `b`, or limit + 1 if it is larger than `limit` (a small number). `rows` is scratch
// memory.
size_t bounded_edit_distance(std::string_view a, std::string_view b, size_t limit, std::vector<uint32_t>& rows);

}  // namespace xld
